import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClient, refusal } from '../testing/fake-client.ts'
import { run } from '../testing/run-typed.ts'
import { aMessage, aWorld } from '../testing/world.ts'
import { commands } from './commands.ts'

describe('a command', () => {
  const cases: readonly [text: string, calls: readonly unknown[], said: readonly unknown[]][] = [
    ['/join #kitchen', ['join', '#kitchen'], ['go', 'r-joined']],
    ['/join secret', ['join', 'r-secret'], ['go', 'r-joined']],
    [
      '/create garden Spring planting',
      ['createRoom', { title: 'garden', kind: 'public', topic: 'Spring planting' }],
      ['go', 'r-new'],
    ],
    ['/private #den', ['createRoom', { title: 'den', kind: 'private' }], ['go', 'r-new']],
    ['/leave', ['leave', 'r-garden'], ['note', 'You left garden.']],
    ['/invite @bo', ['invite', 'r-garden', 'bo'], ['note', 'bo is invited.']],
    ['/msg @bo', ['openDirect', 'bo'], ['go', 'd-new']],
    ['/topic Bees', ['topic', 'r-garden', 'Bees'], []],
    ['/kick bo too loud', ['kick', 'r-garden', 'bo', 'too loud'], []],
    ['/ban @bo spam', ['ban', 'r-garden', 'bo', { on: true, reason: 'spam' }], []],
    ['/unban bo', ['ban', 'r-garden', 'bo', { on: false }], []],
    ['/mute bo', ['mute', 'r-garden', 'bo', true], []],
    ['/unmute bo', ['mute', 'r-garden', 'bo', false], []],
    ['/role bo owner', ['role', 'r-garden', 'bo', 'owner'], []],
    ['/rooms gar', ['directory', { find: 'gar' }], ['panel', 'Rooms', []]],
    ['/search bees', ['search', 'bees'], ['panel', 'Nothing found for “bees”', []]],
    ['/edit yours', ['edit', 'r-garden', 2, 'yours'], []],
    ['/delete', ['delete', 'r-garden', 2], []],
    ['/react :tada:', ['react', 'r-garden', 2, { emoji: '🎉', on: true }], []],
    ['/reply yes', ['post', 'r-garden', 'yes', { replyTo: 1 }], []],
    ['/unread', ['markUnreadFrom', 'r-garden', 1], []],
    ['/devices', ['devices'], ['panel', 'Devices · /revoke number logs one out', []]],
    ['/revoke others', ['revoke', 'others'], ['note', 'All other devices are logged out.']],
    ['/members', [], ['togglePeople']],
    ['/bare', [], ['bare']],
    ['/quit', [], ['quit']],
    ['/read', [], ['note', 'Nothing was unread.']],
  ]
  for (const [text, call, words] of cases) {
    it(`${text} does what it says`, async () => {
      const { client, said } = await run(text)
      assert.deepEqual(client.calls, call.length === 0 ? [] : [call])
      assert.deepEqual(said, words.length === 0 ? [] : [words])
    })
  }

  it('about a picked message is about that one', async () => {
    const { client } = await run('/react 👍', { target: 1 })
    assert.deepEqual(client.calls, [['react', 'r-garden', 1, { emoji: '👍', on: true }]])
  })

  it('/password and /register ask twice and never show what is typed', async () => {
    const changed = await run('/password', { answers: ['old secret', 'new secret', 'new secret'] })
    assert.deepEqual(changed.client.calls, [
      ['changePassword', { old: 'old secret', new: 'new secret' }],
    ])
    const slip = await run('/register ada', { answers: ['long enough', 'longenough'] })
    assert.deepEqual(slip.client.calls, [])
    assert.match(String(slip.said.at(-1)?.[1]), /not the same/)
  })

  it('/login comes in as somebody', async () => {
    const { client } = await run('/login ada', { answers: ['a secret'] })
    const credentials = { kind: 'login', name: 'ada', password: 'a secret', label: 'terminal' }
    assert.deepEqual(client.calls, [['login', credentials]])
  })

  it('/revoke and /logout name devices by number and by being this one', async () => {
    const client = new FakeClient()
    client.answers.set('devices', [
      { device: 'd-1', label: 'phone', addedAt: 0, isThis: false },
      { device: 'd-2', label: 'here', addedAt: 0, isThis: true },
    ])
    await run('/revoke 1', { client })
    const { said } = await run('/logout', { client, answers: ['yes'] })
    assert.deepEqual(client.called('revoke'), [
      ['revoke', 'd-1'],
      ['revoke', 'd-2'],
    ])
    assert.deepEqual(said.at(-1), ['quit'])
  })

  it('/search leads to its hits', async () => {
    const client = new FakeClient()
    const { by, name, at, text } = aMessage(7, 'bees')
    const entry = { index: 7, at, by, name, kind: 'post', text } as const
    const hit = { room: 'r-garden', entry, excerpt: 'the \u0002bees\u0003', cursor: 1 }
    client.answers.set('search', { items: [hit], more: false })
    const { said } = await run('/search bees', { client })
    assert.deepEqual(said, [
      [
        'panel',
        '“bees”',
        [
          {
            label: 'ada in garden',
            detail: 'the bees',
            pick: { kind: 'message', room: 'r-garden', index: 7 },
          },
        ],
      ],
    ])
  })
})

describe('[P8] what cannot be done is said:', () => {
  it('a refusal in its own words', async () => {
    const client = new FakeClient()
    for (const name of ['join', 'kick', 'invite', 'search', 'leave', 'openDirect']) {
      client.answers.set(name, refusal(`no ${name}`))
    }
    for (const text of ['/join x', '/kick x', '/invite x', '/search x', '/leave', '/msg x']) {
      const { said } = await run(text, { client })
      assert.equal(said.length, 1)
      assert.equal(said[0]?.[0], 'fail')
      assert.match(String(said[0]?.[1]), /^no /)
    }
  })

  it('an unknown command, and where help is', async () => {
    const { said } = await run('/nosuch thing')
    assert.match(String(said[0]?.[1]), /no command \/nosuch; \/help/)
  })

  it('a missing argument, as the way it is typed', async () => {
    for (const { name, usage, isArgumentNeeded } of commands) {
      if (!isArgumentNeeded) continue
      const { client, said } = await run(`/${name}`)
      assert.deepEqual(said, [['fail', `Type /${name} ${usage}`]])
      assert.deepEqual(client.calls, [])
    }
  })

  it('a missing room', async () => {
    for (const { name, needs } of commands) {
      if (needs !== 'room') continue
      const { said } = await run(`/${name} @x y`, { client: new FakeClient(aWorld({ rooms: [] })) })
      assert.match(String(said[0]?.[1]), /needs a room/)
    }
  })
})

describe('the table of commands', () => {
  it('has each name once, and a line of help for each', () => {
    const names = commands.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])])
    assert.equal(new Set(names).size, names.length)
    for (const { summary } of commands) assert.match(summary, /^[A-Z].*[^.]$/)
  })

  it('is what /help shows, whole or one command', async () => {
    const all = await run('/help')
    const [, , items] = all.said[0] as readonly [string, string, readonly unknown[]]
    assert.equal(items.length, commands.length)
    const one = await run('/help /join')
    assert.deepEqual(one.said[0]?.[2], [
      { label: '/join #room', detail: 'Enter a public room, or one you are invited to' },
    ])
  })
})
