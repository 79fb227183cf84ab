import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, aState, frameOf, key, mainRowsOf, text } from '../testing/frame.ts'
import { aWorld } from '../testing/world.ts'
import type { Page } from './state.ts'

const page: Page = {
  title: 'Read this',
  parts: Array.from({ length: 30 }, (_, at) => ({ text: `part ${at}`, tone: 'plain' }) as const),
  enter: 'Go on',
}
const world = aWorld()
const opened = after(aState(), world, [{ kind: 'world' }, { kind: 'page', id: 7, page }]).state

describe('a page', () => {
  it('is gone on from with Enter and given up with Esc', () => {
    assert.deepEqual(after(opened, world, [key('enter')]).acts, [
      { kind: 'answer', id: 7, text: '' },
    ])
    for (const name of ['esc', 'ctrl+c']) {
      const { state, acts } = after(opened, world, [key(name)])
      assert.deepEqual(acts, [{ kind: 'answer', id: 7, text: undefined }])
      assert.equal(state.mode.kind, 'talk')
    }
  })

  it('takes no other keys: nothing is typed, nothing left', () => {
    const { state, acts } = after(opened, world, [text('x'), key('alt+a'), key('ctrl+k')])
    assert.deepEqual([state, acts], [opened, []])
  })

  it('is read to its end and no further', () => {
    const shown = (...keys: readonly string[]) => {
      return mainRowsOf(after(opened, world, keys.map(key)).state, world).join('\n')
    }
    assert.match(shown(), /Read this[\s\S]*part 7[\s\S]*Go on {2}Enter · Esc/)
    assert.doesNotMatch(shown(), /part 29/)
    assert.match(shown('pagedown', 'pagedown', 'pagedown', 'pagedown', 'pagedown', 'down'), /29/)
    assert.match(shown('pagedown', 'pageup', 'up'), /Read this/)
  })

  it('can hold nothing that a terminal obeys', () => {
    const evil = {
      ...page,
      title: 'a\u001b[2J',
      parts: [{ text: '\u0007b', tone: 'plain' }],
    } as const
    const { state } = after(aState(), world, [
      { kind: 'world' },
      { kind: 'page', id: 1, page: evil },
    ])
    assert.doesNotMatch(frameOf(state, world).join(''), /[^\P{Cc}\n]/u)
  })

  it('that waits for the link goes when this device is linked', () => {
    const waiting = { ...page, isUntilLinked: true } as const
    const unlinked = { state: 'unlinked', unlinked: [], hasRecoveryKey: false } as const
    const before = aWorld({ privacy: unlinked })
    const { state } = after(aState(), before, [
      { kind: 'world' },
      { kind: 'page', id: 3, page: waiting },
    ])
    assert.equal(state.mode.kind, 'page')
    const linked = aWorld({ privacy: { ...unlinked, state: 'ready' } })
    const { state: next, acts } = after(state, linked, [{ kind: 'world' }])
    assert.equal(next.mode.kind, 'talk')
    assert.deepEqual(acts.at(-1), { kind: 'answer', id: 3, text: '' })
  })
})

it('a sentence too long for the rule lies whole over the last messages', () => {
  const long = 'None of your devices waits with this code. Compare it with what the new one shows.'
  const said = { kind: 'note', text: long, isError: true } as const
  const { state } = after(aState(), world, [{ kind: 'world' }, said])
  const words = mainRowsOf(state, world).map((row) => row.trim())
  assert.ok(words.join(' ').includes(long))
})
