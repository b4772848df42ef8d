#!/usr/bin/env node
/* Takes the pictures of the page that the docs show, docs/page-*.png, in Chromium. The programs must be built:
 * cmake --preset wasi && cmake --build --preset wasi. Argument: another folder to write to. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { By, Key } from 'selenium-webdriver';
import { openBrowser } from '../tests/support/browser.js';
import { root } from '../tests/support/env.js';
import { builtExamples, serveDemo } from '../tests/pages/server.js';
import { pngOf } from './png.js';

const folder = process.argv[2] ?? join(root, 'docs');
const patience = 30_000;
const mostBytes = 100_000;

const over = ['status', /^(Ended|Rejected)/];

/** What is shown: a program, when it is aborted, until when it is waited for, and the keys that are pressed in its
 * time line then. */
const shots = [
  { name: 'page-running', program: 'workers', width: 640, scheme: 'light', until: ['output', /begins job 4/] },
  {
    name: 'page-aborted',
    program: 'limiter',
    width: 640,
    scheme: 'dark',
    abortAt: /request 4 begins/,
    until: over,
    keys: [Key.DOWN, Key.DOWN, Key.RIGHT],
  },
  { name: 'page-narrow', program: 'first_of', width: 360, scheme: 'light', until: over, keys: [Key.HOME, Key.RIGHT] },
];

/** In the page: the pixels of a PNG, their colours rounded to steps that nobody sees. */
const readPixels = `
  const [data, done] = arguments;
  const image = new Image();
  image.onload = () => {
    const { width, height } = image;
    const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
    context.drawImage(image, 0, 0);
    const bytes = context.getImageData(0, 0, width, height).data;
    const known = new Map();
    const pixels = [];
    for (let i = 0; i < bytes.length; i += 4) {
      const color = [...bytes.subarray(i, i + 3)].map((value) => Math.round(value / 17) * 17);
      const key = String(color);
      if (!known.has(key)) known.set(key, { number: known.size, color });
      pixels.push(known.get(key).number);
    }
    done({ width, height, colors: [...known.values()].map(({ color }) => color), pixels });
  };
  image.src = 'data:image/png;base64,' + data;`;

const server = await serveDemo(await builtExamples());
const browser = await openBrowser('chromium');
try {
  await mkdir(folder, { recursive: true });
  for (const shot of shots) await take(browser.driver, shot);
} finally {
  await browser.close();
  await server.close();
}

/** @param {any} driver @param {any} shot one of the above */
async function take(driver, { name, program, width, scheme, abortAt, until, keys = [] }) {
  const tools = (command, parameters) => driver.sendAndGetDevToolsCommand(command, parameters);
  const resize = (height) =>
    tools('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  const shows = (id, pattern) => {
    const script = 'return document.getElementById(arguments[0]).innerText';
    return driver.wait(async () => pattern.test(await driver.executeScript(script, id)), patience, undefined, 20);
  };
  await tools('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  await tools('Emulation.setScrollbarsHidden', { hidden: true });
  await resize(1000);
  await driver.get(`${server.origin}/?program=${program}`);
  await shows('status', /^Ready/);
  await driver.findElement(By.id('start')).click();
  if (abortAt) {
    await shows('output', abortAt);
    await driver.findElement(By.id('abort')).click();
  }
  await shows(...until);
  if (keys.length) await driver.findElement(By.id('timeline-picture')).sendKeys(...keys);
  for (const _ of 'twice') {
    // In a higher window, or a moment later, the page may be longer.
    await resize(Math.ceil((await driver.findElement(By.css('main')).getRect()).height));
  }
  await driver.executeScript('scrollTo(0, 0)');
  const { data } = await tools('Page.captureScreenshot', { format: 'png' });
  const png = pngOf(await fewColours(driver, data));
  if (png.length > mostBytes) throw new Error(`${name}.png has ${png.length} bytes, more than ${mostBytes}`);
  await writeFile(join(folder, `${name}.png`), png);
}

/** @param {any} driver @param {string} data of a PNG, in base64 */
async function fewColours(driver, data) {
  const { pixels, ...picture } = await driver.executeAsyncScript(readPixels, data);
  if (picture.colors.length > 256) throw new Error(`${picture.colors.length} colours are too many`);
  return { ...picture, pixels: Uint8Array.from(pixels) };
}
