import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handshakeTrouble } from './handshake-trouble.ts'

function line(reason: string): Error {
  return new Error(`40F3:error:0A0003FC:SSL routines:read_bytes:${reason}:../ssl/record.c:918:\n`)
}

test('what OpenSSL found is told in the words of the configuration', () => {
  const say = (reason: string) => handshakeTrouble(line(reason))
  assert.equal(say('ssl/tls alert bad record mac'), 'the two ends have different cluster keys')
  assert.equal(say('wrong version number'), 'only one end has a [cluster] protection')
  assert.equal(say('no shared cipher'), 'one end has a cluster key, the other certificates')
})

test('what is not known is told as it is, without the places in the source of OpenSSL', () => {
  assert.equal(handshakeTrouble(line('certificate has expired')), 'certificate has expired')
  const refused = 'connect ECONNREFUSED 127.0.0.1:4701'
  assert.equal(handshakeTrouble(new Error(refused)), refused)
})
