// A program outside the tree is built against the installed package: by CMake's find_package, natively,
// for WASI and with Emscripten, and by pkg-config.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nativeClang } from '../../web/commands/compilers.js';
import { build, root, tests } from '../support/env.js';
import { execute, succeed } from '../support/process.js';

const source = join(root, 'tests/api/outside');
let scratch;
before(async () => { scratch = await mkdtemp(join(tmpdir(), 'corun-install-')); });
after(() => rm(scratch, { recursive: true, force: true }));

async function install(preset) {
  const prefix = join(scratch, preset, 'prefix');
  await succeed('cmake', ['--install', build(preset), '--prefix', prefix]);
  return prefix;
}

/** Builds tests/api/outside against what a preset installs; gives the folder with the program. */
async function buildOutside(preset, toolchain, ...settings) {
  const prefix = await install(preset);
  const folder = join(scratch, preset, 'build');
  const file = toolchain ? [`-DCMAKE_TOOLCHAIN_FILE=${prefix}/lib/cmake/corun/${toolchain}`] : [];
  await succeed('cmake', ['-G', 'Ninja', '-S', source, '-B', folder, `-DCMAKE_PREFIX_PATH=${prefix}`, ...file, ...settings]);
  await succeed('cmake', ['--build', folder]);
  return folder;
}

async function exportsOf(file) {
  return WebAssembly.Module.exports(new WebAssembly.Module(await readFile(file))).map(({ name }) => name);
}

const turnExports = [
  'corun_abi', 'corun_alloc', 'corun_answer', 'corun_calls', 'corun_close', 'corun_entry_main', 'corun_error_name', 'corun_error_text', 'corun_free',
  'corun_interrupt', 'corun_ready', 'corun_result', 'corun_tasks', 'corun_turn', 'corun_wants',
];

async function runsAsInstalled(program) {
  const { status, stdout } = await execute(program, ['x']);
  assert.equal(stdout, 'installed 2\n');
  assert.equal(status, 7);
}

test('find_package, native', { skip: !tests('native') && 'native is not tested' }, async () => {
  const folder = await buildOutside('native-release');
  await runsAsInstalled(join(folder, 'outside'));
});

test('find_package, with the lint', { skip: !(tests('native') && await nativeClang()) && 'native is not tested, or there is no clang' }, async () => {
  await runsAsInstalled(join(await buildOutside('native-release', null, '-DCORUN_LINT=ON'), 'outside'));
  const bad = join(root, 'tests/lint/cases/loop_counter.c');
  const building = buildOutside('native-release', null, '-DCORUN_LINT=ON', `-DOUTSIDE_SOURCE=${bad}`);
  await assert.rejects(building, /loop_counter\.c:6:28: error: 'i' is read here after the await at line 7/);
});

test('find_package, in a project without C: it says what to do', { skip: !tests('native') && 'native is not tested' }, async () => {
  const folder = join(scratch, 'no-c');
  await mkdir(folder);
  await writeFile(join(folder, 'CMakeLists.txt'), 'cmake_minimum_required(VERSION 3.25)\nproject(no_c LANGUAGES CXX)\n'
    + 'find_package(corun 0.1 REQUIRED)\ncorun_add_program(no_c no_c.c)\n');
  const configuring = succeed('cmake', ['-G', 'Ninja', '-S', folder, '-B', folder, `-DCMAKE_PREFIX_PATH=${await install('native-release')}`]);
  await assert.rejects(configuring, /corun_add_program needs C here: project\(NAME LANGUAGES C CXX\)/);
});

test('pkg-config', { skip: !tests('native') && 'native is not tested' }, async () => {
  const prefix = await install('native-release');
  const env = { PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') };
  const flags = (await succeed('pkg-config', ['--cflags', '--libs', 'corun'], { env })).trim().split(/\s+/);
  const program = join(scratch, 'by-pkg-config');
  await succeed('gcc', [join(source, 'outside.c'), '-o', program, ...flags]);
  await runsAsInstalled(program);
});

// Nothing in a program calls these: they are lost in the archive unless CORUN_MAIN refers to them.
test('the turn functions, WASI', { skip: !tests('node') && 'node is not tested' }, async () => {
  const folder = await buildOutside('wasi', 'toolchain-wasi.cmake');
  const names = await exportsOf(join(folder, 'outside.wasm'));
  assert.deepEqual([...turnExports, '_start'].filter((name) => !names.includes(name)), []);
});

test('the turn functions, Emscripten', { skip: !tests('node') && 'node is not tested' }, async () => {
  const folder = await buildOutside('emscripten', 'toolchain-emscripten.cmake');
  const names = await exportsOf(join(folder, 'outside.wasm'));
  assert.deepEqual(turnExports.filter((name) => !names.includes(name)), []);
});
