import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jetstreamErrors, readStreamInfo, type StreamInfo } from './jetstream-api.ts'
import { JetstreamRefusal } from './leader-questions.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsSettings } from './nats-settings.ts'
import { makeStream } from './stream-guard.ts'

const settings: NatsSettings = {
  servers: ['127.0.0.1:1'],
  login: { kind: 'none' },
  system: { kind: 'none' },
  stream: 'LOG',
  replicas: 3,
  bytesMax: 64 * 1024 * 1024,
  isUnsafeAllowed: false,
}

function infoOf(config: object): StreamInfo {
  const state = { messages: 0, bytes: 0, first_seq: 0, last_seq: 0 }
  const answer = readStreamInfo(JSON.stringify({ config, state }))
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.value
}

/** A leader that refuses so often for this reason. */
function leader(refusals: number, description: string) {
  let made: object | undefined
  let asked = 0
  return {
    asked: () => asked,
    create: async (config: object) => {
      asked += 1
      if (asked <= refusals) {
        const error = { code: 400, err_code: jetstreamErrors.noSuitablePeers, description }
        throw new JetstreamRefusal('making the stream', error)
      }
      made = config
      return infoOf(config)
    },
    info: async () => {
      assert.ok(made !== undefined)
      return infoOf(made)
    },
  }
}

test('[L14] a stream is made as soon as a server that is away is back', async () => {
  const questions = leader(2, 'no suitable peers for placement, peer offline')
  assert.equal((await makeStream(questions, settings)).config.name, 'LOG')
  assert.equal(questions.asked(), 3)
})

test('[L14] servers that cannot hold the stream at all are told of at once', async () => {
  const questions = leader(1, 'no suitable peers for placement, insufficient storage')
  await assert.rejects(makeStream(questions, settings), NatsRefusal)
  assert.equal(questions.asked(), 1)
})
