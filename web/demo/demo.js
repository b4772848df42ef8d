/**
 * Runs one program in this page: app.wasm, or with `?factory=app.js` an Emscripten module, whose app.wasm
 * lies beside it. Abort once cancels its main, which cleans up; twice ends the run.
 */
import { Runner } from './dist/corun.js';
import { watchTasks } from './tasks.js';

/** @param {string} id */
const element = (id) => /** @type {any} */ (document.getElementById(id));
const [form, args, stdin, start, abort, status, output, tasks] = [
  'form',
  'args',
  'stdin',
  'start',
  'abort',
  'status',
  'output',
  'tasks',
].map(element);

/** @type {{ runner: Runner, controller: AbortController } | undefined} */
let running;

form.addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (!start.disabled) void runOnce();
});

abort.addEventListener('click', () => {
  if (!running) return;
  const { runner, controller } = running;
  if (controller.signal.aborted) {
    runner.interrupt();
    return;
  }
  controller.abort();
  abort.textContent = 'Stop now';
  say('Aborted: the program is cleaning up.');
});

async function runOnce() {
  output.textContent = '';
  show('running');
  say('Running.');
  try {
    say(await runProgram());
  } catch (error) {
    say(`Rejected: ${describe(error)}`);
  } finally {
    running = undefined;
    show('ready');
  }
}

async function runProgram() {
  const runner = await Runner.open(await source(), {
    stdin: stdin.value,
    stdout: (/** @type {string} */ text) => print(text, 'stdout'),
    stderr: (/** @type {string} */ text) => print(text, 'stderr'),
  });
  const controller = new AbortController();
  running = { runner, controller };
  const stopWatching = watchTasks(runner, tasks);
  abort.disabled = false;
  abort.focus();
  try {
    const result = await runner.run('main', {
      args: ['app', ...words(args.value)],
      signal: controller.signal,
    });
    const value = result.value === undefined ? '' : `, value ${result.value}`;
    return `Ended with status ${result.status}${value}.`;
  } finally {
    await runner.close().finally(stopWatching);
  }
}

/** The program, or the factory that makes it. */
async function source() {
  const factory = new URLSearchParams(location.search).get('factory');
  if (factory === null) return new URL('app.wasm', document.baseURI);
  const url = new URL(factory, document.baseURI);
  if (url.origin !== location.origin) throw new TypeError('factory is not of this site');
  return (await import(url.href)).default;
}

/** @param {string} text in words, which quotes may hold together */
function words(text) {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** @param {string} text @param {string} stream */
function print(text, stream) {
  const atEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 4;
  const part = document.createElement('span');
  part.className = stream;
  part.textContent = text;
  output.append(part);
  if (atEnd) output.scrollTop = output.scrollHeight;
}

/** @param {string} text */
function say(text) {
  status.textContent = text;
}

/** @param {'running' | 'ready'} state */
function show(state) {
  // A button that is disabled loses the focus: hand it on, or the keyboard is nowhere.
  const focused = document.activeElement === abort || document.activeElement === start;
  start.disabled = state === 'running';
  if (state === 'ready') {
    abort.disabled = true;
    abort.textContent = 'Abort';
    if (focused || document.activeElement === document.body) start.focus();
  }
}

/** @param {any} error */
function describe(error) {
  return error?.explain?.() ?? `${error?.name}: ${error?.message ?? error}`;
}
