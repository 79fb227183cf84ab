import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ClientSnapshot } from '@starling/client/api'
import { FakeClient, refusal } from '../testing/fake-client.ts'
import { run } from '../testing/run-typed.ts'
import { aRoom, aWorld } from '../testing/world.ts'

type PrivacySnapshot = NonNullable<ClientSnapshot['privacy']>

const ready: PrivacySnapshot = { state: 'ready', unlinked: [], hasRecoveryKey: false }
const linkCode = 'AAAAA-BBBBB-CCCCC-DDDDD'
const unlinked: PrivacySnapshot = { ...ready, state: 'unlinked', linkCode }
const peer = { user: 'u-bo', name: 'bo' }
const sealed = { say: 'Encrypted.', code: 'ready', state: 'ready' } as const
const direct = aRoom({
  room: 'd-bo',
  kind: 'direct',
  title: 'bo',
  peer,
  isEncrypted: true,
  privacy: sealed,
})
const digits = Array.from({ length: 12 }, (_, at) => String(10_000 + at)).join(' ')

function client(privacy: PrivacySnapshot = ready, room = direct): FakeClient {
  const made = new FakeClient(aWorld({ rooms: [room], privacy }))
  made.answers.set('recovery-key', { kind: 'recovery', recoveryKey: 'AAAA-BBBB-CCCC-DDDD-ZZZZ' })
  made.answers.set('link', { kind: 'linked', device: 'd-2', label: 'phone' })
  const number = { kind: 'safety-number', digits, isVerified: false, isChanged: false } as const
  for (const wish of ['safety-number', 'verify']) made.answers.set(wish, number)
  return made
}

function wishes({ calls }: FakeClient): readonly unknown[] {
  return calls.map(([, wish]) => wish)
}

describe('a room made', () => {
  it('private is encrypted; it is asked for when it should not be, or tell all', async () => {
    const plain = { title: 'den', kind: 'private', encrypted: false }
    const open = { title: 'den', kind: 'private', topic: 'Ours', history: 'all' }
    const cases = [
      ['/private --plain den', plain],
      ['/private --plain --history den', plain],
      ['/private --history den Ours', open],
    ] as const
    for (const [text, options] of cases) {
      const { client: asked } = await run(text)
      assert.deepEqual(asked.calls, [['createRoom', options]])
    }
  })

  it('by a word that is none is not made', async () => {
    for (const text of ['/private --open den', '/private --plain', '/msg --secret @bo']) {
      const { client: asked, said } = await run(text)
      assert.deepEqual(asked.calls, [])
      assert.match(String(said[0]?.[1]), /^Type \/(private|msg) \[--/)
    }
  })

  it('encrypted, without a recovery key, is the time to name one', async () => {
    const { said } = await run('/private den', { client: client() })
    assert.match(String(said.at(-1)?.[1]), /\/recovery/)
    const has = await run('/private den', { client: client({ ...ready, hasRecoveryKey: true }) })
    assert.deepEqual(has.said, [['go', 'r-new']])
  })

  it('for two is encrypted unless asked for; one that is there is gone to at once', async () => {
    const asked = await run('/msg --plain @cy')
    assert.deepEqual(asked.client.calls, [['openDirect', 'cy', { encrypted: false }]])
    const there = await run('/msg @Bo hello', { client: client() })
    assert.deepEqual(there.client.calls, [['post', 'd-bo', 'hello']])
    assert.deepEqual(there.said, [['go', 'd-bo']])
  })
})

describe('the recovery key', () => {
  it('is shown until its last group was typed', async () => {
    const answers = ['AAAA', undefined, 'zzzz']
    const { client: asked, said } = await run('/recovery', { client: client(), answers })
    assert.deepEqual(wishes(asked), [{ kind: 'recovery-key' }])
    const pages = said.filter(([kind]) => kind === 'page').map(([, title]) => title)
    const shown = 'Your recovery key'
    assert.deepEqual(pages, ['Make a recovery key?', shown, shown, shown])
    assert.deepEqual(said.at(-1)?.[0], 'note')
  })

  it('is not made when one does not go on', async () => {
    const { client: asked } = await run('/recovery', { client: client(), isGoingOn: false })
    assert.deepEqual(asked.calls, [])
  })

  it('lets a new device in', async () => {
    const given = { client: client(unlinked), answers: ['aaaa bbbb'] }
    const { client: asked, said } = await run('/restore', given)
    assert.deepEqual(wishes(asked), [{ kind: 'restore', recoveryKey: 'aaaa bbbb' }])
    assert.match(String(said.at(-1)?.[1]), /is linked/)
    const linked = await run('/restore', { client: client() })
    assert.deepEqual(linked.client.calls, [])
  })
})

describe('linking', () => {
  it('shows the code on the new device and takes it on the other', async () => {
    const fresh = await run('/link', { client: client(unlinked) })
    assert.deepEqual(fresh.said, [['page', 'Link this device']])
    const phone = { device: 'd-2', label: 'phone' }
    const waits = { ...ready, unlinked: [phone] }
    const old = await run('/link', { client: client(waits), answers: [linkCode] })
    assert.deepEqual(wishes(old.client), [{ kind: 'link', code: linkCode }])
    assert.deepEqual(old.said, [
      ['ask', 'The code that “phone” shows'],
      ['note', '“phone” is linked.'],
    ])
  })

  it('says so when nothing waits, and where a code belongs', async () => {
    const none = await run('/link', { client: client() })
    assert.match(String(none.said[0]?.[1]), /^None of your devices waits/)
    const wrong = await run(`/link ${linkCode}`, { client: client(unlinked) })
    assert.match(String(wrong.said[0]?.[1]), /on one that is linked/)
    assert.deepEqual(wrong.client.calls, [])
  })

  it('that is refused says why', async () => {
    const asked = client()
    asked.answers.set('link', refusal('no such code'))
    const { said } = await run('/link X', { client: asked })
    assert.deepEqual(said, [['fail', 'no such code']])
  })
})

describe('safety numbers', () => {
  it('are of the other person, or of the one named', async () => {
    const other = await run('/safety', { client: client() })
    assert.deepEqual(wishes(other.client), [{ kind: 'safety-number', user: 'u-bo' }])
    const named = await run('/safety @cy', { client: client() })
    assert.deepEqual(wishes(named.client), [{ kind: 'safety-number', user: 'u-cy' }])
    const nobody = await run('/safety', { client: client(ready, aRoom()) })
    assert.deepEqual(nobody.said, [['fail', 'Say whom: @person']])
  })

  it('that are the same make a person verified; it can be taken back', async () => {
    const same = await run('/verify', { client: client() })
    assert.deepEqual(wishes(same.client), [
      { kind: 'safety-number', user: 'u-bo' },
      { kind: 'verify', user: 'u-bo', as: 'verified' },
    ])
    const other = await run('/verify', { client: client(), isGoingOn: false })
    assert.equal(other.client.calls.length, 1)
    const back = await run('/unverify', { client: client() })
    assert.deepEqual(wishes(back.client), [{ kind: 'verify', user: 'u-bo', as: 'unverified' }])
  })

  it('of a changed identity may be left uncompared, after a warning', async () => {
    const unchanged = await run('/accept', { client: client() })
    assert.equal(unchanged.client.calls.length, 1)
    const asked = client()
    const changed = { kind: 'safety-number', digits, isVerified: false, isChanged: true } as const
    asked.answers.set('safety-number', changed)
    const { said } = await run('/accept', { client: asked })
    assert.deepEqual(wishes(asked).at(-1), { kind: 'verify', user: 'u-bo', as: 'accept' })
    assert.equal(said[0]?.[0], 'page')
  })
})

describe('beginning anew', () => {
  it('as another identity is asked for twice', async () => {
    const slip = await run('/reset-identity', { client: client(unlinked), answers: ['yes'] })
    assert.deepEqual(slip.client.calls, [])
    const sure = await run('/reset-identity', { client: client(unlinked), answers: ['Reset'] })
    assert.deepEqual(wishes(sure.client), [{ kind: 'reset-identity' }])
    const linked = await run('/reset-identity', { client: client() })
    assert.deepEqual(linked.client.calls, [])
  })

  it('of a room is asked for once, and only where there is something to reset', async () => {
    const sure = await run('/reset-room', { client: client() })
    assert.deepEqual(wishes(sure.client), [{ kind: 'reset-room', room: 'd-bo' }])
    const plain = await run('/reset-room', { client: client(ready, aRoom()) })
    assert.deepEqual(plain.client.calls, [])
    const again = await run('/again', { client: client() })
    assert.deepEqual(wishes(again.client), [{ kind: 'again', room: 'd-bo' }])
  })
})

describe('how things stand', () => {
  it('offers what can be done on this device', async () => {
    const labels = async (privacy: PrivacySnapshot) => {
      const { said } = await run('/encryption', { client: client(privacy) })
      const [, , items] = said[0] as readonly [string, string, readonly { label: string }[]]
      return items.map(({ label }) => label)
    }
    assert.deepEqual(await labels(ready), ['/recovery', '/devices'])
    assert.deepEqual(await labels(unlinked), ['/link', '/restore', '/reset-identity'])
    const waits = { ...ready, unlinked: [{ device: 'd-2', label: 'phone' }] }
    assert.deepEqual(await labels(waits), ['/recovery', '/link', '/devices'])
    assert.deepEqual(await labels({ ...ready, state: 'off' }), [])
  })

  it('/info says of every room who can read it', async () => {
    const room = await run('/info', { client: client() })
    assert.deepEqual(room.said, [['page', 'bo']])
    const open = await run('/info', { client: client(ready, aRoom()) })
    assert.deepEqual(open.said, [['page', '#garden']])
  })

  it('/logout warns who would lose the only keys', async () => {
    const alone = client()
    alone.answers.set('devices', [{ device: 'd-1', label: 'a', addedAt: 0, isThis: true }])
    const { said } = await run('/logout', { client: alone, isGoingOn: false })
    assert.deepEqual(said, [['page', 'This device alone holds your keys']])
    const safe = client({ ...ready, hasRecoveryKey: true })
    safe.answers.set('devices', [{ device: 'd-1', label: 'a', addedAt: 0, isThis: true }])
    const asked = await run('/logout', { client: safe, answers: ['no'] })
    assert.deepEqual(asked.said, [['ask', 'Log this device out? Type yes']])
  })
})
