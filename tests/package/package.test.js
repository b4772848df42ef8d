// The package, packed and installed into an empty project: from Node, by its command, in pages without a bundler and
// through Vite, and under TypeScript.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build as bundle } from 'esbuild';
import sirv from 'sirv';
import { openBrowser } from '../support/browser.js';
import { engines } from '../support/engines.js';
import { browsers, build, root, tests } from '../support/env.js';
import { firstLoad } from '../../tools/driver-size.js';
import { listen } from '../support/listen.js';
import { execute, succeed } from '../support/process.js';
import { installPackage, texts } from './installed.js';

const LARGEST_BYTES = 1_000_000;
/** What a page may load of the driver before it runs a program, without the file system. */
const FIRST_BYTES = 8192;

/** @type {import('./installed.js').Project} */
let project;

before(async () => {
  project = await installPackage();
  if (!['node', ...browsers].some(tests)) return;
  await corun('build', 'app.c', '-o', 'app.wasm');
  await byHand('emscripten', (await documented('emcc'))[0]);
}, { timeout: 180_000 });
after(() => project?.remove());

const ran = { status: 7, value: 7, stdout: 'installed 2\n' };

describe('the tarball', () => {
  test('is small', (t) => {
    t.diagnostic(`${project.packed.bytes} bytes, ${project.packed.files.length} files`);
    assert.ok(project.packed.bytes <= LARGEST_BYTES, `${project.packed.bytes} bytes`);
  });

  test('what a page loads at first is small, and in two files', async (t) => {
    const { files, bytes } = await firstLoad(project.at('node_modules/corun/web/dist'));
    t.diagnostic(`${bytes} bytes, minified and compressed`);
    assert.ok(bytes <= FIRST_BYTES, `${bytes} bytes`);
    assert.equal(files.length, 2, `${files}`);
  });

  test('has headers, runtime, driver, command, demo, types and licences', () => {
    const named = [
      'LICENSE', 'README.md', 'docs/javascript.md', 'include/corun.h', 'include/corun/task.h', 'src/corun_all.c', 'hosts/native/all.c',
      'hosts/wasi/all.c', 'hosts/web/all.c', 'web/src/index.js', 'web/dist/corun.js', 'web/dist/worker.js', 'web/dist/LICENSES.txt',
      'web/index.d.ts', 'web/types/index.d.ts', 'web/bin/corun.js', 'web/commands/run.js', 'web/lint/lint.js', 'web/demo/index.html',
    ];
    assert.deepEqual(named.filter((path) => !project.packed.files.includes(path)), []);
  });

  test('has nothing else', () => {
    const allowed = /^(LICENSE|README\.md|package\.json|docs\/javascript\.md|CMakeLists\.txt|cmake\/(?!tests)[\w-]+\.(cmake|cmake\.in|pc\.in)|cmake\/Platform\/WASI\.cmake|(include|src|hosts)\/.*\.[ch]|web\/(bin|commands|lint|src)\/[\w-]+\.js|web\/demo\/[\w-]+\.(html|css|js)|examples\/\w+\.c|web\/dist\/[\w-]+\.(js|js\.map|txt)|web\/index\.d\.ts|web\/types\/[\w-]+\.d\.ts)$/;
    assert.deepEqual(project.packed.files.filter((path) => !allowed.test(path)), []);
  });

  test('has no types of what is not there', () => {
    const sources = project.packed.files.filter((path) => path.startsWith('web/types/')).map((path) => path.replace('types/', 'src/').replace('.d.ts', '.js'));
    assert.deepEqual(sources.filter((path) => !project.packed.files.includes(path)), []);
  });

  test('names no place of the machine that made it', async () => {
    const files = await texts(project.at('node_modules/corun'));
    assert.equal(files.length, project.packed.files.length);
    const places = [root, homedir()].filter((place) => place.length > 1).map((place) => `${place}/`);
    assert.deepEqual(files.filter(({ text }) => places.some((place) => text.includes(place))).map(({ path }) => path), []);
  });

  test('keeps bundlers from addresses that only a running page knows', async () => {
    const files = await texts(project.at('node_modules/corun/web/dist'));
    const computed = files.filter(({ path }) => path.endsWith('.js')).flatMap(({ text }) => text.match(/\bimport\((?!\\?["']).{40}/g) ?? []);
    assert.equal(computed.length, 3, 'of an Emscripten script: in the page, in the Worker, in its text');
    for (const text of computed) assert.match(text, /^import\(\/\*webpackIgnore:true\*\/\/\*@vite-ignore\*\/\w/);
  });

  test('hands on the licences of what is bundled in', async () => {
    const text = await readFile(project.at('node_modules/corun/web/dist/LICENSES.txt'), 'utf8');
    const map = JSON.parse(await readFile(project.at('node_modules/corun/web/dist/worker.js.map'), 'utf8'));
    const bundled = new Set(map.sources.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
    assert.deepEqual([...bundled], ['@bjorn3/browser_wasi_shim']);
    for (const name of bundled) assert.ok(text.includes(`\n${name} `), name);
    assert.match(text, /Permission is hereby granted, free of charge/);
  });
});

const corun = (...args) =>
  execute('npx', ['--no-install', 'corun', ...args], { cwd: project.folder, env: { npm_config_loglevel: 'error' } });

describe('the command', { skip: !tests('node') && 'node is not tested' }, () => {
  test('builds a program, with the headers and the runtime of the package', async () => {
    const { status, stdout, stderr } = await corun('build', 'app.c', '-o', 'other.wasm');
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
    assert.deepEqual(await readFile(project.at('other.wasm')), await readFile(project.at('app.wasm')));
  });

  test('runs one in Node, and natively', async () => {
    for (const host of ['node', 'native']) {
      const { status, stdout, stderr } = await corun('run', '--host', host, 'app.c', '--', 'x');
      assert.deepEqual([host, status, stdout, stderr], [host, 7, 'installed 2\n', '']);
    }
  });

  test('lints, and tells its version', async () => {
    assert.equal((await corun('lint', 'app.c')).status, 0);
    assert.match((await corun('--version')).stdout, /^corun \d+\.\d+\.\d+\n$/);
  });

  test('serves a page', async () => {
    const child = spawn(process.execPath, ['node_modules/corun/web/bin/corun.js', 'page', 'app.wasm'], { cwd: project.folder });
    try {
      const url = await said(child, /^(http:\S+)\n/);
      for (const [path, type] of [['', /^text\/html/], ['dist/corun.js', /^text\/javascript/], ['dist/worker.js', /^text\/javascript/], ['programs/0/app.wasm', /^application\/wasm$/]]) {
        const response = await fetch(new URL(path, url));
        assert.equal(response.status, 200);
        assert.match(String(response.headers.get('Content-Type')), /** @type {RegExp} */ (type));
      }
    } finally {
      child.kill();
    }
  });
});

/** What a process prints first that matches. */
function said(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('exit', (status) => reject(new Error(`it ended with ${status}: ${text}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (more) => {
        text += more;
        const match = pattern.exec(text);
        if (match) resolve(match[1]);
      });
  });
}

describe('Node', { skip: !tests('node') && 'node is not tested' }, () => {
  test("import { run } from 'corun'", async () => {
    const told = JSON.parse(await succeed(process.execPath, ['node.js'], { cwd: project.folder }));
    assert.deepEqual(told, { results: [ran, ran], runner: 'function', code: 'ELOAD' });
  });

  test('what is made for pages does nothing to who imports it, and says what it needs', async () => {
    const script = `
      delete globalThis.MessageChannel;
      const { CorunError, run } = await import('./node_modules/corun/web/dist/corun.js');
      const error = await run(new Uint8Array(8)).catch((reason) => reason);
      console.log(JSON.stringify([error instanceof CorunError, error.code, error.message]));`;
    const told = JSON.parse(await succeed(process.execPath, ['--input-type=module', '-e', script], { cwd: project.folder }));
    assert.deepEqual(told, [true, 'CORUN_UNSUPPORTED', 'Corun needs MessageChannel, which is not here']);
  });

  test('a Worker that is not there is an error', async () => {
    const script = `
      import { CorunError, run } from 'corun';
      for (const workerUrl of [new URL('file:///no/such.js'), 'no-path.js']) {
        const error = await run(new URL('app.wasm', 'file://' + process.cwd() + '/'), { worker: true, workerUrl }).catch((reason) => reason);
        console.log(error instanceof CorunError, error.code, error.message.split('\\n')[0]);
      }`;
    const told = await succeed(process.execPath, ['--input-type=module', '-e', script], { cwd: project.folder });
    assert.match(told, /^true EWORKER the Worker cannot be started: Cannot find module '\/no\/such\.js'.*\ntrue EWORKER the Worker cannot be started: .*absolute path.*\n$/);
  });
});

/** The command lines of docs/javascript.md that begin with a name. */
async function documented(name) {
  const text = await readFile(project.at('node_modules/corun/docs/javascript.md'), 'utf8');
  return [...text.matchAll(/^```\n([^`]*)```$/gm)].map(([, block]) => block).filter((block) => block.startsWith(name));
}

/** Runs one of them in a folder of its own. */
async function byHand(folder, command, env = {}) {
  await mkdir(project.at(folder));
  await copyFile(project.at('app.c'), project.at(folder, 'app.c'));
  await symlink(project.at('node_modules'), project.at(folder, 'node_modules'));
  // Where Debian keeps acorn; elsewhere there is nothing.
  await succeed('sh', ['-c', command], { cwd: project.at(folder), env: { NODE_PATH: '/usr/share/nodejs', ...env } });
}

describe('Emscripten', { skip: !tests('node') && 'node is not tested' }, () => {
  const results = async (script) =>
    JSON.parse(await succeed(process.execPath, ['emscripten.js'], { cwd: project.folder, env: { SCRIPT: script } }));

  test('by hand, with the sources of the package', async () => {
    assert.deepEqual(await results('./emscripten/app.mjs'), [ran, ran]);
  });

  test('by hand, with an installed library', { timeout: 120_000 }, async () => {
    const [, command] = await documented('emcc');
    const prefix = project.at('prefix');
    await succeed('cmake', ['--install', build('emscripten'), '--prefix', prefix]);
    await byHand('installed', command, { prefix });
    assert.deepEqual(await results('./installed/app.mjs'), [ran, ran]);
  });
});

describe('CMake, with nothing but the package', { skip: !tests('native') && 'native is not tested' }, () => {
  const cmake = (...args) => succeed('cmake', args, { cwd: project.folder });

  test('add_subdirectory, natively and for WASI', { timeout: 120_000 }, async () => {
    await cmake('-G', 'Ninja', '-B', 'by-cmake');
    await cmake('--build', 'by-cmake');
    const { status, stdout } = await execute(project.at('by-cmake/app'), ['x']);
    assert.deepEqual([status, stdout], [7, 'installed 2\n']);
    await cmake('-G', 'Ninja', '-B', 'by-cmake-wasi', '-DCMAKE_TOOLCHAIN_FILE=node_modules/corun/cmake/toolchain-wasi.cmake');
    await cmake('--build', 'by-cmake-wasi');
    assert.equal((await corun('run', 'by-cmake-wasi/app.wasm')).stdout, 'installed 1\n');
  });

  test('as a library that is installed', { timeout: 120_000 }, async () => {
    await cmake('-G', 'Ninja', '-S', 'node_modules/corun', '-B', 'library');
    await cmake('--build', 'library');
    await cmake('--install', 'library', '--prefix', project.at('library-prefix'));
    await readFile(project.at('library-prefix/lib/cmake/corun/lint/lint.js'));
  });
});

describe('TypeScript', () => {
  for (const [name, module, moduleResolution] of [['a bundler', 'ESNext', 'Bundler'], ['nodenext', 'NodeNext', 'NodeNext']]) {
    test(`--strict, ${name}`, async () => {
      await copyFile(join(root, 'tests/js/types/consumer.ts'), project.at('consumer.ts'));
      const options = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--noEmit', '--target', 'ES2022', '--lib', 'ES2022,DOM'];
      const args = [...options, '--types', '', '--module', module, '--moduleResolution', moduleResolution, '--ignoreConfig', 'consumer.ts'];
      const { status, stdout } = await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args], { cwd: project.folder });
      assert.deepEqual([stdout, status], ['', 0]);
    });
  }
});

/**
 * Serves a folder; with `?policy=...` under a content security policy. `without`: a file that is not there; `allow`: the
 * origins that may read it.
 */
async function serve(folder, { without = '', allow = '' } = {}) {
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const policy = url.searchParams.get('policy');
    if (policy) response.setHeader('Content-Security-Policy', policy);
    if (allow) response.setHeader('Access-Control-Allow-Origin', allow);
    if (without && url.pathname.endsWith(without)) response.writeHead(404).end('nothing here');
    else files(request, response, () => response.writeHead(404).end('nothing here'));
  });
  return listen(server);
}

const viteProgram = join(root, 'node_modules/vite/bin/vite.js');

/** Vite, as a command in the project. */
async function vite(...args) {
  const child = spawn(process.execPath, [viteProgram, ...args, '--host', '127.0.0.1'], {
    cwd: project.folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const origin = await said(child, /(http:\/\/127\.0\.0\.1:\d+)\//);
  const close = () => new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill();
  });
  return { origin, close };
}

for (const engine of browsers) {
  describe(engines[engine].title, { skip: !tests(engine) && `${engine} is not tested` }, () => {
    let browser;
    before(async () => { browser = await openBrowser(engine); });
    after(() => browser?.close());

    /** What window.play gives on a page, after each other. */
    async function play(url, ...calls) {
      await browser.driver.get(String(url));
      await browser.driver.wait(async () => (await browser.driver.getTitle()) === 'ready', 30_000, `${url} is not ready`);
      await browser.driver.manage().setTimeouts({ script: 30_000 });
      const results = [];
      for (const options of calls) {
        const script = 'const done = arguments[1]; window.play(arguments[0]).then(done, (error) => done(String(error)));';
        results.push(await browser.driver.executeAsyncScript(script, options));
      }
      return results;
    }
    const both = [{}, { worker: true }];
    const ofEmscripten = both.map((options) => ({ ...options, script: true }));

    test('a plain module script', async () => {
      const server = await serve(project.folder);
      try {
        assert.deepEqual(await play(`${server.origin}/plain.html`, ...both, ...ofEmscripten), [ran, ran, ran, ran]);
      } finally {
        await server.close();
      }
    });

    test('from another origin, as a CDN is', async () => {
      const [server, cdn] = [await serve(project.folder), await serve(project.folder, { allow: '*' })];
      try {
        const from = encodeURIComponent(`${cdn.origin}/node_modules/corun/web/dist/corun.js`);
        assert.deepEqual(await play(`${server.origin}/plain.html?from=${from}`, ...both, ...ofEmscripten), [ran, ran, ran, ran]);
      } finally {
        await server.close();
        await cdn.close();
      }
    });

    test('without worker.js: its text stands in, and a workerUrl says where another lies', async () => {
      const server = await serve(project.folder, { without: 'dist/worker.js' });
      try {
        const [one, none, other] = await play(`${server.origin}/plain.html`, { worker: true },
          { worker: true, workerUrl: '/node_modules/corun/web/dist/worker.js' }, { worker: true, workerUrl: '/worker.js' });
        assert.deepEqual(one, ran);
        for (const error of [none, other]) {
          assert.equal(error.isCorunError && error.code, 'EWORKER');
          assert.match(error.message, /^the Worker cannot be started: .*worker\.js could not be loaded; is worker\.js served there/);
        }
      } finally {
        await server.close();
      }
    });

    test('under a content security policy', async () => {
      const server = await serve(project.folder);
      const under = (policy, ...calls) => play(`${server.origin}/plain.html?policy=${encodeURIComponent(policy)}`, ...calls);
      try {
        assert.deepEqual(await under("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'", ...both, ...ofEmscripten), [ran, ran, ran, ran]);
        const [thread, worker] = await under("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'", ...both);
        assert.deepEqual(thread, ran);
        assert.equal(worker.isCorunError && worker.code, 'EWORKER', JSON.stringify(worker));
        const [refused] = await under("default-src 'self'", {});
        assert.equal(refused.isCorunError && refused.code, 'ELOAD', JSON.stringify(refused));
        assert.match(refused.message, /app\.wasm: the page's content security policy forbids it; script-src needs 'wasm-unsafe-eval'$/);
      } finally {
        await server.close();
      }
    });

    if (engine !== 'chromium') return;

    test('what esbuild makes: a module, and a classic script', { timeout: 60_000 }, async () => {
      const server = await serve(project.folder);
      try {
        for (const format of /** @type {const} */ (['esm', 'iife'])) {
          await bundle({ absWorkingDir: project.folder, entryPoints: ['bundled.js'], bundle: true, format, outdir: format, logOverride: { 'empty-import-meta': 'silent' } });
          const type = format === 'esm' ? 'module' : 'text/javascript';
          await writeFile(project.at(`${format}.html`), `<!doctype html><title>bundled</title><script type="${type}" src="${format}/bundled.js"></script>`);
          assert.deepEqual(await play(`${server.origin}/${format}.html`, ...both), [ran, ran], format);
        }
      } finally {
        await server.close();
      }
    });

    test("Vite's development server", { timeout: 60_000 }, async () => {
      const server = await vite('--port', '0');
      try {
        assert.deepEqual(await play(`${server.origin}/`, ...both, { worker: true, own: true }, ...ofEmscripten), [ran, ran, ran, ran, ran]);
      } finally {
        await server.close();
      }
    });

    test('what Vite builds', { timeout: 60_000 }, async () => {
      await succeed(process.execPath, [viteProgram, 'build'], { cwd: project.folder, env: { NO_COLOR: '1' } });
      const names = (await readdir(project.at('dist/assets'))).map((name) => name.replace(/-[\w-]{8}\./, '.'));
      assert.ok(['worker.js', 'app.wasm', 'app.mjs'].every((name) => names.includes(name)), names.join());
      const server = await serve(project.at('dist'));
      try {
        assert.deepEqual(await play(`${server.origin}/`, ...both, { worker: true, own: true }, ...ofEmscripten), [ran, ran, ran, ran, ran]);
      } finally {
        await server.close();
      }
    });
  });
}
