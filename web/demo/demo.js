/**
 * Runs programs in this page: one of programs.json, or app.wasm where there is none; with `?factory=app.js` an
 * Emscripten module, whose .wasm lies beside it. Abort once cancels its main, which cleans up; twice ends the run; Kill
 * ends it at once. `?program=NAME` picks one, `?thread` runs it in this thread.
 */
import { Runner } from 'corun';
import { Output } from './output.js';
import { openPrograms } from './programs.js';
import { watchTasks } from './tasks.js';
import { Timeline } from './timeline.js';
import { TimelineView } from './timeline-view.js';

/** @param {string} id */
const element = (id) => /** @type {any} */ (document.getElementById(id));
const [form, args, stdin, worker, start, abort, kill, status, tasks] = [
  'form',
  'args',
  'stdin',
  'worker',
  'start',
  'abort',
  'kill',
  'status',
  'tasks',
].map(element);

const output = new Output(element('output'));
const view = new TimelineView(element('timeline'));
const query = new URLSearchParams(location.search);

/** How long a program that waits now and then may take to hear of an abort. */
const HEARS_MS = 300;

/** Without a runner it is still being loaded. @type {{ runner?: Runner, controller: AbortController } | undefined} */
let running;

const programs = await openPrograms(element('program'), element('about')).catch((error) => {
  say(`There is nothing to run: ${describe(error)}`);
  throw error;
});
if (query.has('thread')) worker.checked = false;
if (programs.current().factory) {
  worker.checked = false;
  worker.disabled = true; // a factory cannot cross to a Worker
}
say('Ready.');

form.addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (!start.disabled) void runOnce();
});

abort.addEventListener('click', () => {
  if (!running) return;
  const { runner, controller } = running;
  if (controller.signal.aborted) {
    runner?.interrupt();
    return;
  }
  if (runner) {
    abort.textContent = 'Stop now';
    tellAborted(runner, true);
  }
  controller.abort(new DOMException('the run was aborted by the button', 'AbortError'));
});

kill.addEventListener('click', () => {
  if (running?.runner) running.runner.kill();
  else running?.controller.abort(new DOMException('killed before it began', 'AbortError'));
});

/**
 * Tells what an abort does, as long as the program runs: in a loop that never waits, nothing.
 *
 * @param {Runner} runner
 * @param {boolean} hears
 */
function tellAborted(runner, hears) {
  if (running?.runner !== runner) return;
  say(hears ? 'Aborted: the program is cleaning up.' : 'Aborted, but the program is in a loop that never waits: it has not heard. Kill ends it.');
  setTimeout(() => tellAborted(runner, runner.pendingInterrupts === 0), HEARS_MS);
}

async function runOnce() {
  const program = programs.current();
  const timeline = new Timeline();
  const controller = new AbortController();
  running = { controller };
  output.clear();
  show('running');
  say(`Loading ${program.name}.`);
  view.show(timeline);
  const outcome = await runProgram(program, controller, timeline).catch((error) => `Rejected: ${describe(error)}`);
  running = undefined;
  timeline.end();
  view.update();
  show('ready');
  say(outcome);
}

/**
 * @param {import('./programs.js').Program} program
 * @param {AbortController} controller
 * @param {Timeline} timeline
 */
async function runProgram(program, controller, timeline) {
  const runner = await Runner.open(await program.source(controller.signal), {
    worker: worker.checked,
    stdin: stdin.value,
    stdout: (/** @type {string} */ text) => output.print(text, 'stdout'),
    stderr: (/** @type {string} */ text) => output.print(text, 'stderr'),
    ontasks: (changes) => timeline.add(changes),
  });
  running = { runner, controller };
  const stopWatching = watchTasks(runner, tasks);
  say(`Running ${program.name}.`);
  try {
    const result = await runner.run('main', {
      args: [program.name, ...words(args.value)],
      signal: controller.signal,
    });
    const value = result.value === undefined ? '' : `, value ${result.value}`;
    return `Ended with status ${result.status}${value}.`;
  } finally {
    await runner.close().finally(stopWatching);
  }
}

/** @param {string} text in words, which quotes may hold together */
function words(text) {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** @param {string} text */
function say(text) {
  if (status.textContent !== text) status.textContent = text; // or it would be read aloud again
}

/** @param {'running' | 'ready'} state */
function show(state) {
  // A button that is disabled loses the focus: hand it on, or the keyboard is nowhere.
  const focused = [start, abort, kill, document.body].includes(document.activeElement);
  start.disabled = state === 'running';
  for (const button of [abort, kill]) button.disabled = state === 'ready';
  if (state === 'running') abort.focus();
  if (state === 'ready') {
    abort.textContent = 'Abort';
    if (focused) start.focus();
  }
}

/** @param {any} error */
function describe(error) {
  return error?.explain?.() ?? `${error?.name}: ${error?.message ?? error}`;
}
