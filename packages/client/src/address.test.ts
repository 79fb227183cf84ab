import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialAddress } from './address.ts'

const cases: readonly (readonly [string, string])[] = [
  ['localhost', 'ws://localhost:4600'],
  ['127.0.0.1:5000', 'ws://127.0.0.1:5000'],
  ['[::1]:5000', 'ws://[::1]:5000'],
  [' chat.example.org ', 'wss://chat.example.org:4600'],
  ['chat.example.org:443', 'wss://chat.example.org:443'],
  ['localhost:443', 'ws://localhost:443'],
  ['wss://chat.example.org', 'wss://chat.example.org'],
  ['ws://10.0.0.1:4600', 'ws://10.0.0.1:4600'],
  ['wss://chat.example.org/starling', 'wss://chat.example.org/starling'],
]

for (const [written, dialled] of cases) {
  test(`"${written}" is dialled as ${dialled}`, () => assert.equal(dialAddress(written), dialled))
}

for (const written of ['', 'http://x', 'ws://', 'two words', 'ws://user:secret@host']) {
  test(`"${written}" is refused with what to write instead`, () => {
    assert.throws(() => dialAddress(written), /write host, host:port, wss:\/\/host or ws:\/\/host/)
  })
}
