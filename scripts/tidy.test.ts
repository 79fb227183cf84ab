import assert from 'node:assert/strict'
import { test } from 'node:test'
import { violationsOf } from './tidy.ts'

const whatOf = (file: string, text: string) => violationsOf(file, text).map(({ what }) => what)

test('a tidy file has no violation', () => {
  assert.deepEqual(whatOf('packages/core/src/room/apply.ts', 'export const one = 1\n'), [])
})

test('files, functions and lines have a size', () => {
  const file = 'packages/core/src/room/apply.ts'
  assert.deepEqual(whatOf(file, 'a\n'.repeat(401)), ['401 lines, 400 are the limit'])
  assert.deepEqual(whatOf(file, `${'x'.repeat(101)}\n`), ['over 100 columns'])
  const body = '  a()\n'.repeat(69)
  for (const opening of [
    'export function long(a: string): void {',
    'class A {\n  x() {\n  }\n}\nexport const long = (): void => {',
    'function long(\n  a: string,\n): void {',
  ]) {
    assert.deepEqual(whatOf(file, `${opening}\n${body}}\n`), [
      'a function of 71 lines, 70 are the limit',
    ])
  }
})

test('names say what a file holds', () => {
  assert.equal(whatOf('packages/core/src/room/utils.ts', '').length, 1)
  assert.equal(whatOf('packages/core/src/room/RoomState.ts', '').length, 1)
})

test('the pure packages have no clock, chance, timer or platform', () => {
  const text = "import { x } from 'node:fs'\nDate.now()\nMath.random()\nsetTimeout(x, 1)\n"
  assert.equal(whatOf('packages/core/src/room/apply.ts', text).length, 4)
  assert.deepEqual(whatOf('packages/core/src/room/apply.test.ts', text), [])
  assert.deepEqual(whatOf('packages/server/src/backend/backend-shell.ts', text), [])
})

test('imports go in one direction', () => {
  const text = "import { x } from '@starling/server/backend/x'\n"
  assert.deepEqual(whatOf('packages/core/src/a.ts', text), ['core may not import server'])
  assert.deepEqual(whatOf('packages/client/src/a.ts', text), ['client may not import server'])
  assert.deepEqual(whatOf('packages/cli/src/a.ts', text), [])
  assert.deepEqual(
    whatOf('packages/server/src/frontend/shell.ts', "import { x } from '../log/log.ts'\n"),
    ['a front-end never reads the log'],
  )
})
