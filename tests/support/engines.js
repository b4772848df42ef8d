// How each browser engine is started: its WebDriver, and what that is to be asked for.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Capabilities } from 'selenium-webdriver';
import { cachedCommand } from './env.js';

/**
 * A process that belongs to a browser, in a process group of its own with those that it starts.
 *
 * @typedef {object} Part
 * @property {() => void} kill
 */

/** @typedef {{ url: string, kill: () => void }} Service a WebDriver that listens */

/** What Debian has, or what the variable says. */
const binary = (variable, path) => process.env[variable] ?? path;

// The network flags keep Chromium from asking its maker's servers at every start.
const chromiumFlags = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Firefox's likewise, as preferences. */
const firefoxPreferences = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
};

export const engines = {
  chromium: {
    title: 'Chromium',
    start: () => startDriver('chromedriver', ['--port=0'], { said: /started successfully on port (\d+)/ }),
    capabilities: (profile) => new Capabilities({
      browserName: 'chrome',
      'goog:chromeOptions': {
        binary: binary('CORUN_CHROMIUM', '/usr/bin/chromium'),
        args: [...chromiumFlags, `--user-data-dir=${profile}`],
      },
    }),
  },
  firefox: {
    title: 'Firefox',
    start: () => startDriver(cachedCommand('geckodriver'), ['--port=0'], { said: /Listening on 127\.0\.0\.1:(\d+)/ }),
    capabilities: () => new Capabilities({
      browserName: 'firefox',
      'moz:firefoxOptions': {
        binary: binary('CORUN_FIREFOX', '/usr/bin/firefox-esr'),
        args: ['-headless'],
        prefs: firefoxPreferences,
      },
    }),
  },
  webkit: {
    title: 'WebKit',
    start: startWebKit,
    capabilities: () => new Capabilities({
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
    }),
  },
};

/** Debian keeps it where programs of a library are kept. */
function miniBrowser() {
  if (process.env.CORUN_WEBKIT) return process.env.CORUN_WEBKIT;
  const folder = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const kept = readdirSync(folder).filter((name) => name.startsWith('webkit2gtk-')).sort().at(-1);
  return join(folder, kept ?? 'webkit2gtk-4.1', 'MiniBrowser');
}

/** Starts a process in a group of its own, which is killed with this one; gives it and how to kill it. */
function startPart(command, args, { env = {}, stdio }) {
  const child = spawn(command, args, { detached: true, stdio, env: { ...process.env, ...env } });
  const kill = () => { if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL'); };
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  return { child, kill };
}

/** What a stream of a process says first that matches; fails if the process ends without. */
function firstOf(child, stream, pattern, name) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`${name} ended with ${status}: ${text}`)));
    stream.setEncoding('utf8').on('data', (more) => {
      text += more;
      const match = pattern.exec(text);
      if (match) resolve(match[1]);
    });
  });
}

/** A WebDriver that says on which port it listens. @returns {Promise<Service>} */
async function startDriver(command, args, { said }) {
  const { child, kill } = startPart(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await firstOf(child, child.stdout, said, command);
  return { url: `http://127.0.0.1:${port}`, kill };
}

/** WebKit draws on a display, and its WebDriver does not choose a port. @returns {Promise<Service>} */
async function startWebKit() {
  const screen = startPart('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const display = await firstOf(screen.child, screen.child.stdio[3], /^(\d+)\n/, 'Xvfb');
  const port = await freePort();
  const driver = startPart('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`],
    { stdio: 'ignore', env: { DISPLAY: `:${display}`, GDK_BACKEND: 'x11' } });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, driver.child);
  const kill = () => {
    driver.kill();
    screen.kill();
  };
  return { url, kill };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

async function answers(url, child) {
  for (let left = 200; left > 0 && child.exitCode === null; left--) {
    const there = await fetch(`${url}/status`).then(() => true, () => false);
    if (there) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error('WebKitWebDriver does not answer');
}
