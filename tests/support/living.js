// Processes that tests have started and that have not ended. A test that runs out of time leaves its own, and the whole
// run would wait for them: so they are killed when the tests of a file are over.
/** @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();

/** @template {import('node:child_process').ChildProcess} Child @param {Child} child */
export function untilTheEnd(child) {
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

// Tools use these modules too, where nothing is tested.
if (process.env.NODE_TEST_CONTEXT) {
  const { after } = await import('node:test');
  after(() => {
    for (const child of living) child.kill('SIGKILL');
  });
}
