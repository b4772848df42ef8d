// What compilers say, by themselves, about the mistakes that people make first; what needs more is the lint's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilers, include } from '../support/compilers.js';
import { tests } from '../support/env.js';
import { execute } from '../support/process.js';

const main = (body, fields = '(int n;)', parameters = '(int argc; char **argv;)') =>
  `#include <corun.h>\nCORUN_ASYNC(program, ${parameters}, ${fields}) { CORUN_BEGIN();\n${body}\nCORUN_END(); }\nCORUN_MAIN(program)\n`;

const mistakes = [
  ['a plain return', main('return 0;'), /error: .*corun_step_/],
  ['nobody awaits', main('corun_sleep(1);'), /warning: ignoring return value .*warn_unused_result/],
  ['an await as an expression', main('my->n = CORUN_AWAIT(corun_sleep(1));'), /error: expected expression[^]*CORUN_AWAIT_TO\(target, member, awaitable\)/],
  ['an await of what is none', main('CORUN_AWAIT(my->task);', '(corun_task *task;)'), /error: [^]*corun_join\(task\)/],
  ['an await in a function', '#include <corun.h>\nvoid f(void);\nvoid f(void) { CORUN_AWAIT(corun_sleep(1)); }\n', /error: [^]*in coroutines only/],
  ['CORUN_BEGIN forgotten', '#include <corun.h>\nCORUN_ASYNC(f, (), ()) { CORUN_AWAIT(corun_sleep(1)); CORUN_END(); }\n', /error: .*corun_begin_/],
  ['CORUN_FINALLY forgotten', main('CORUN_TRY();'), /error: .*corun_finally_/],
  ['a main without arguments', main('', '()', '()'), /error: static.assert\w* failed.*program must take exactly \(int argc; char \*\*argv;\)/],
];

for (const compiler of compilers.filter(({ host }) => host === 'native')) {
  test(compiler.name, { skip: !tests('native') && 'native is not tested' }, async (t) => {
    const said = async ([command, ...first], language, source) =>
      (await execute(command, [...first, `-I${include}`, '-Wall', '-c', '-o', '/dev/null', '-x', language, '-'], { input: source })).stderr.replaceAll('"', '');
    for (const [what, source, says] of mistakes) await t.test(what, async () => assert.match(await said(compiler.c, 'c', source), says));
    await t.test('a coroutine in C++', async () => assert.match(await said(compiler.cxx, 'c++', main('')), /error: static.assert.* failed.*coroutines are C: write them in a \.c file/));
  });
}
