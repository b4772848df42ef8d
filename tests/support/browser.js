// Real browsers, driven over WebDriver, and a server of this folder for their pages.
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sirv from 'sirv';
import { Builder } from 'selenium-webdriver';
import { engines } from './engines.js';
import { root } from './env.js';
import { listen } from './listen.js';

/** The headers that let a page share memory with its Workers. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Serves the project's folder on a free port of this machine; gives { origin, close }. */
export async function serveProject({ isolate = false } = {}) {
  const setHeaders = (response) => {
    for (const [name, value] of Object.entries(isolate ? isolation : {})) response.setHeader(name, value);
  };
  const files = sirv(root, { dev: true, dotfiles: false, setHeaders });
  const server = createServer((request, response) => files(request, response, () => {
    response.writeHead(404).end();
  }));
  return listen(server);
}

/**
 * Starts a browser with an empty profile; gives { driver, close, kill }. A page that is in a tight loop
 * answers nothing any more, a farewell included: only `kill` ends such a browser.
 *
 * @param {keyof typeof engines} name
 */
export async function openBrowser(name) {
  const { title, start, capabilities } = engines[name];
  const profile = await mkdtemp(join(tmpdir(), `corun-${name}-`));
  const service = await start();
  const kill = async () => {
    service.kill();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  const builder = new Builder().disableEnvironmentOverrides().usingServer(service.url).withCapabilities(capabilities(profile));
  const driver = await within(60_000, builder.build());
  if (!driver) {
    await kill();
    throw new Error(`${title} did not start within a minute`);
  }
  const close = async () => {
    await within(5_000, driver.quit());
    await kill();
  };
  return { driver, close, kill };
}

/** What `promise` gives, or undefined after a time. */
export async function within(milliseconds, promise) {
  let limit;
  const late = new Promise((resolve) => { limit = setTimeout(resolve, milliseconds); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(limit);
  }
}
