// A real Chromium, driven over WebDriver, and a server of this folder for its pages.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sirv from 'sirv';
import { Builder } from 'selenium-webdriver';
import { Options } from 'selenium-webdriver/chrome.js';
import { root } from './env.js';

// The network flags keep it from asking its maker's servers at every start.
const flags = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Serves the project's folder on a free port of this machine; gives { origin, close }. */
export async function serveProject() {
  const files = sirv(root, { dev: true, dotfiles: false });
  const server = createServer((request, response) => files(request, response, () => {
    response.writeHead(404).end();
  }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${port}`, close };
}

/** Starts a chromedriver in a process group of its own, with the browsers that it starts. */
async function startDriver() {
  const child = spawn('chromedriver', ['--port=0'], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`chromedriver ended with ${status}: ${text}`)));
    child.stdout.setEncoding('utf8').on('data', (more) => {
      text += more;
      const started = /started successfully on port (\d+)/.exec(text);
      if (started) resolve(started[1]);
    });
  });
  const kill = () => { if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL'); };
  process.once('exit', kill);
  return { url: `http://127.0.0.1:${port}`, kill };
}

/**
 * Starts a Chromium with an empty profile; gives { driver, close, kill }. A page that is in a tight loop
 * answers nothing any more, a farewell included: only `kill` ends such a browser.
 */
export async function openChromium() {
  const profile = await mkdtemp(join(tmpdir(), 'corun-chromium-'));
  const service = await startDriver();
  const options = new Options();
  options.setBinaryPath(process.env.CORUN_CHROMIUM ?? '/usr/bin/chromium');
  options.addArguments(...flags, `--user-data-dir=${profile}`);
  const kill = async () => {
    service.kill();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  const builder = new Builder().usingServer(service.url).forBrowser('chrome').setChromeOptions(options);
  const driver = await within(60_000, builder.build());
  if (!driver) {
    await kill();
    throw new Error('Chromium did not start within a minute');
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
