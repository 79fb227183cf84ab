/** docs/protocol.md says what the code does: its tables are the code's, its examples are frames. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { afterClose, closeCodes } from './close-codes.ts'
import type { DownFrame, DownFrameOf } from './down.ts'
import { errorCodes, isErrorCode } from './error-codes.ts'
import { limits } from './limits.ts'
import { operation } from './operation.ts'
import { protocolVersion, upFrame } from './up.ts'

const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')

/** The rows of the tables with this head, their cells without backticks. */
function table(head: string): readonly (readonly string[])[] {
  const start = document.indexOf(`| ${head} |`)
  assert.ok(start >= 0, `docs/protocol.md has a table with the head ${head}`)
  const [rows] = document.slice(start).split('\n\n', 1)
  return rows!
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}

function examples(way: 'up' | 'down'): readonly string[] {
  const blocks = document.matchAll(/```json (up|down)\n([\s\S]*?)```/g)
  return [...blocks].filter(([, which]) => which === way).map(([, , text]) => text!)
}

type Fields = { readonly [T in DownFrame['t']]: readonly (keyof DownFrameOf<T>)[] }

const needed: Fields = {
  welcome: [
    'protocol',
    'session',
    'user',
    'name',
    'isGuest',
    'device',
    'rooms',
    'limits',
    'position',
    'frontends',
  ],
  ack: ['room', 'outbox', 'number', 'index', 'at', 'position'],
  refused: ['room', 'outbox', 'number', 'code', 'retry', 'say'],
  answer: ['ask', 'answer', 'position'],
  error: ['code', 'retry', 'say'],
  entries: ['room', 'from', 'entries'],
  gap: ['room', 'head'],
  presence: ['room', 'all', 'online', 'offline', 'count'],
  typing: ['room', 'user', 'name', 'on'],
  drain: ['frontends', 'withinMs'],
  pong: [],
}

test('every example of a frame up is one, and every frame up has an example', () => {
  const seen = new Set<string>()
  for (const text of examples('up')) {
    const frame = JSON.parse(text)
    const parsed = upFrame.safeParse(frame)
    assert.ok(parsed.success, `${text}\n${parsed.error?.message}`)
    assert.deepEqual(parsed.data, frame, 'no field that nobody knows')
    seen.add(parsed.data.t)
  }
  assert.deepEqual(
    [...seen].sort(),
    upFrame.def.options.flatMap((o) => o.shape.t.def.values).sort(),
  )
})

test('every example of a frame down has its fields, and every frame down has an example', () => {
  const seen = new Set<string>()
  for (const text of examples('down')) {
    const { t, ...fields } = JSON.parse(text) as { t: DownFrame['t'] } & object
    seen.add(t)
    const optional = t === 'error' ? ['ask', 'retryMs'] : t === 'refused' ? ['retryMs'] : []
    const given = Object.keys(fields).filter((field) => !optional.includes(field))
    assert.deepEqual(given.sort(), [...needed[t]].sort(), text)
  }
  assert.deepEqual([...seen].sort(), Object.keys(needed).sort())
})

test('examples of refusals have the advice and sentence of their code', () => {
  for (const text of examples('down')) {
    const { code, retry, say } = JSON.parse(text)
    if (code === undefined) continue
    assert.ok(isErrorCode(code), code)
    assert.deepEqual([retry, say], errorCodes[code])
  }
})

test('the table of errors is that of the code', () => {
  const rows = Object.entries(errorCodes).map(([code, [retry, say]]) => [code, retry, say])
  assert.deepEqual(table('code | retry | sentence'), rows)
})

test('the table of close codes is that of the code', () => {
  const rows = Object.entries(closeCodes).map(([reason, code]) => {
    return [String(code), reason, afterClose(code)]
  })
  assert.deepEqual(table('close code | reason | then'), rows)
})

test('the table of limits is that of the code', () => {
  const rows = table('limit | value | bounds').map(([name, value]) => [name, Number(value)])
  assert.deepEqual(rows, Object.entries(limits))
})

test('the table of operations names every operation and its fields', () => {
  const rows = table('op | fields |').flatMap(([names, fields]) =>
    names!.split(', ').map((kind) => {
      const named = fields!.replaceAll(/\([^)]*\)/g, '').match(/[a-zA-Z]+\??/g) ?? []
      return [kind, [...named].sort()]
    }),
  )
  const schema = operation.def.options.map((option) => {
    const { kind, ...fields } = option.shape
    const named = Object.entries(fields).map(([field, type]) => {
      return type.safeParse(undefined).success ? `${field}?` : field
    })
    return [kind.def.values[0], named.sort()]
  })
  assert.deepEqual(new Map(rows as [string, string[]][]), new Map(schema as [string, string[]][]))
})

test('the document names the version', () => {
  assert.ok(document.includes(`The protocol's version is **${protocolVersion}**.`))
  assert.match(document, new RegExp(`## History[\\s\\S]*- \\*\\*${protocolVersion}\\*\\* `))
})
