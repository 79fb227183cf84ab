import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, aState, key, mainRowsOf, text } from '../testing/frame.ts'
import { aMessage, aRoom, aSend, aTimeline, aWorld, messages, mine } from '../testing/world.ts'
import { keyHelp } from './keys.ts'
import { type Act, type Event, type Step, startState, type UiState, viewOf } from './state.ts'

const garden = aRoom({ timeline: aTimeline([aMessage(1, 'hello'), mine(2, 'mine')]) })
const world = aWorld({ rooms: [garden, aRoom({ room: 'r-k', title: 'kitchen' })] })

function play(...events: readonly Event[]): Step {
  return after(aState(), world, [{ kind: 'world' }, ...events])
}

function composed(state: UiState): string {
  return viewOf(state).composer.text
}

function kinds(acts: readonly Act[]): readonly string[] {
  return acts.map((act) => act.kind)
}

describe('writing', () => {
  it('Enter sends, empties the composer at once and forgets the draft', () => {
    const { state, acts } = play(text('hi :tada:'), key('enter'))
    assert.deepEqual(acts.slice(-3), [
      { kind: 'post', room: 'r-garden', text: 'hi 🎉' },
      { kind: 'typing', room: 'r-garden', isTyping: false },
      { kind: 'save-draft', room: 'r-garden', text: '' },
    ])
    assert.equal(composed(state), '')
  })

  it('each key keeps the draft and tells that one types', () => {
    const { acts } = play(text('h'))
    assert.deepEqual(acts.slice(-2), [
      { kind: 'save-draft', room: 'r-garden', text: 'h' },
      { kind: 'typing', room: 'r-garden', isTyping: true },
    ])
  })

  it('a draft belongs to its room', () => {
    const { state } = play(text('for the garden'), key('alt+down'))
    assert.equal(composed(state), '')
    const back = after(state, world, [key('alt+up')]).state
    assert.equal(composed(back), 'for the garden')
  })

  it('drafts of an earlier run are there again', () => {
    const { columns, rows, nowMs, wallMs, zone } = aState()
    const drafts = new Map([['r-garden', 'half a sen']])
    const start = startState({ columns, rows, nowMs, wallMs, zone, drafts })
    assert.equal(composed(after(start, world, [{ kind: 'world' }]).state), 'half a sen')
  })

  it('spaces alone are not sent, and // sends a slash', () => {
    assert.ok(!kinds(play(text('   '), key('enter')).acts).includes('post'))
    const slashed = play(text('//shrug'), key('enter')).acts.find(({ kind }) => kind === 'post')
    assert.deepEqual(slashed, { kind: 'post', room: 'r-garden', text: '/shrug' })
  })

  it('a message that is too long is kept and said', () => {
    const { state, acts } = play(text('x'.repeat(16_385)), key('enter'))
    assert.ok(!kinds(acts).includes('post'))
    assert.equal(composed(state).length, 16_385)
    assert.match(state.note?.text ?? '', /Too long by 1 byte/)
  })

  it('what begins with a slash is a command', () => {
    const { acts } = play(text('/topic new'), key('enter'))
    const act = acts.find(({ kind }) => kind === 'command')
    assert.deepEqual(act, { kind: 'command', text: '/topic new', target: undefined })
  })

  it('Ctrl-C empties the composer, and Ctrl-Y brings it back', () => {
    const { state } = play(text('hello'), key('ctrl+c'))
    assert.equal(composed(state), '')
    assert.equal(composed(after(state, world, [key('ctrl+y')]).state), 'hello')
  })

  it('Ctrl-C twice leaves; anything between keeps one', () => {
    assert.ok(kinds(play(key('ctrl+c'), key('ctrl+c')).acts).includes('quit'))
    const between = play(key('ctrl+c'), text('a'), key('backspace'), key('ctrl+c'))
    assert.ok(!kinds(between.acts).includes('quit'))
  })
})

describe('a paste', () => {
  const lines = Array.from({ length: 7 }, (_, at) => `line ${at}`).join('\n')
  const paste: Event = { kind: 'input', input: { kind: 'paste', text: `${lines}\u001b[2J` } }

  it('keeps its lines, sends nothing and obeys nothing', () => {
    const { state, acts } = play(paste)
    assert.equal(composed(state), `${lines}[2J`)
    assert.ok(!kinds(acts).includes('post'))
  })

  it('of more than five lines is offered as a code block', () => {
    const { state } = play(paste, key('ctrl+o'))
    assert.equal(composed(state), `\`\`\`\n${lines}[2J\n\`\`\`\n`)
  })
})

describe('editing', () => {
  it('↑ in an empty composer edits the last own message; Esc gives it up', () => {
    const { state } = play(key('up'))
    assert.equal(composed(state), 'mine')
    const { acts } = after(state, world, [text('!'), key('enter')])
    const act = acts.find(({ kind }) => kind === 'edit')
    assert.deepEqual(act, { kind: 'edit', room: 'r-garden', target: 2, text: 'mine!' })
    assert.equal(composed(after(state, world, [key('esc')]).state), '')
  })

  it('does not lose the draft it interrupts', () => {
    const { state } = play(text('draft'), key('ctrl+up'), text('e'))
    assert.equal(composed(state), 'mine')
    assert.equal(composed(after(state, world, [key('esc')]).state), 'draft')
    assert.equal(composed(after(state, world, [key('enter')]).state), 'draft')
  })
})

describe('a picked message', () => {
  it('is answered with r', () => {
    const { acts } = play(key('ctrl+up'), key('up'), text('r'), text('yes'), key('enter'))
    const act = acts.find(({ kind }) => kind === 'post')
    assert.deepEqual(act, { kind: 'post', room: 'r-garden', text: 'yes', replyTo: 1 })
  })

  it('is deleted with d, when d is pressed twice', () => {
    const once = play(key('ctrl+up'), text('d'))
    assert.ok(!kinds(once.acts).includes('delete'))
    const { acts } = after(once.state, world, [text('d')])
    assert.deepEqual(acts, [{ kind: 'delete', room: 'r-garden', target: 2 }])
  })

  it('of somebody else cannot be deleted by a member', () => {
    const { state } = play(key('ctrl+up'), key('up'), text('d'), text('d'))
    assert.match(state.note?.text ?? '', /Only your own/)
  })

  it('gets a reaction with +', () => {
    const { acts } = play(key('ctrl+up'), text('+'), text('tada'), key('enter'))
    const act = acts.find(({ kind }) => kind === 'command')
    assert.deepEqual(act, { kind: 'command', text: '/react :tada', target: 2 })
  })

  it('is where unread begins with u, and being seen does not undo it', () => {
    const { state, acts } = play(key('ctrl+up'), key('up'), text('u'))
    assert.ok(acts.some((act) => act.kind === 'mark-unread' && act.index === 1))
    const unread = aWorld({ rooms: [{ ...garden, unread: 1, readUpTo: 0 }] })
    assert.deepEqual(kinds(after(state, unread, [{ kind: 'world' }]).acts), [])
  })

  it('is let go by writing on', () => {
    const { state } = play(key('ctrl+up'), text('hello'))
    assert.equal(state.mode.kind, 'talk')
    assert.equal(composed(state), 'hello')
  })
})

describe('failed sends', () => {
  it('are sent again or deleted with a key', () => {
    assert.ok(kinds(play(key('ctrl+r')).acts).includes('retry'))
    assert.ok(kinds(play(key('ctrl+x')).acts).includes('drop'))
  })

  it('can be picked among others', () => {
    const sends = [aSend(1, 'a', { state: 'failed' }), aSend(2, 'b', { state: 'failed' })]
    const failed = aWorld({ rooms: [aRoom({ timeline: aTimeline([], { sends }) })] })
    const events = [{ kind: 'world' }, key('ctrl+up'), key('up'), text('r')] as const
    const { acts } = after(aState(), failed, events)
    assert.deepEqual(acts.at(-1), { kind: 'retry', room: 'r-garden', key: 'o-1:1' })
  })
})

describe('Esc backs out, one thing at a time:', () => {
  it('candidates, a note, an intent, the place', () => {
    const long = aWorld({ rooms: [aRoom({ timeline: aTimeline(messages(1, 90)) })] })
    const run = (state: UiState, ...events: readonly Event[]) => after(state, long, events).state
    let state = run(
      aState(),
      { kind: 'world' },
      key('pageup'),
      key('ctrl+up'),
      text('r'),
      text('@a'),
    )
    assert.equal(state.completion?.candidates.length, 1)
    state = run(state, key('esc'))
    assert.equal(state.completion, undefined)
    state = run(state, key('esc'))
    assert.equal(viewOf(state).intent.kind, 'post')
    assert.equal(viewOf(state).place.kind, 'held')
    state = run(state, key('esc'))
    assert.equal(viewOf(state).place.kind, 'bottom')
    assert.equal(composed(state), '@a')
  })
})

it('every key of the help does something', () => {
  const special: { readonly [keys: string]: readonly string[] } = {
    'Alt-↑ Alt-↓': ['alt+up', 'alt+down'],
    'Alt-Shift-↑ ↓': ['alt+shift+up', 'alt+shift+down'],
    'Alt-1 … Alt-0': ['alt+2'],
    'Alt-Enter Ctrl-J': ['alt+enter', 'ctrl+j'],
    '↑': ['up'],
    'Ctrl-↑ Ctrl-↓': ['ctrl+up'],
    'Alt-←': ['alt+left'],
  }
  const named = (keys: string) => keys.toLowerCase().replaceAll('-', '+').split(' ')
  const long = aTimeline([...messages(1, 90), mine(91, 'x')])
  const rooms = [
    aRoom({ timeline: long }),
    aRoom({ room: 'r-k', title: 'kitchen', unread: 2, firstUnread: 1, lastAt: 5 }),
  ]
  const lively = aWorld({ rooms })
  const jumped = [{ kind: 'jump', room: 'r-garden', index: 10 }] as const
  for (const { keys, does } of keyHelp) {
    const start = after(aState(), lively, [{ kind: 'world' }, ...jumped, text('@me')]).state
    const empty = after(aState(), lively, [{ kind: 'world' }, ...jumped]).state
    for (const name of special[keys] ?? named(keys)) {
      const changed = [start, empty].some((state) => {
        const next = after(state, lively, [key(name)])
        const before = mainRowsOf(state, lively).join()
        const isElsewhere = next.state.mode.kind !== state.mode.kind
        return (
          next.acts.length > 0 || isElsewhere || mainRowsOf(next.state, lively).join() !== before
        )
      })
      assert.ok(changed, `${keys} (${name}): ${does}`)
    }
  }
})
