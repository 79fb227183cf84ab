import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { StartError } from '../telemetry/start-error.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { watchCertificate } from './certificate-watch.ts'
import { isLoopback } from './loopback.ts'
import { selfSignedCertificate } from './self-signed.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'starling-tls-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

test('loopback is known in every way it is written', () => {
  const hosts = ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1']
  const others = ['0.0.0.0', '::', '192.168.1.1', 'example.org', '', '::ffff:10.0.0.1']
  assert.deepEqual(hosts.filter(isLoopback), hosts)
  assert.deepEqual(others.filter(isLoopback), [])
})

test('the self-signed certificate is made once, even by several at a time', async (t) => {
  const dataDir = folder(t)
  const made = await Promise.all([1, 2, 3].map(() => selfSignedCertificate(dataDir, ['10.1.2.3'])))
  const again = await selfSignedCertificate(dataDir, [])
  assert.equal(new Set([...made, again].map((it) => it.fingerprint)).size, 1)
  assert.match(again.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  assert.deepEqual(readdirSync(dataDir), ['self-signed.pem'])
  assert.equal(statSync(join(dataDir, 'self-signed.pem')).mode & 0o777, 0o600)
})

test('files that are no certificate, or not a pair, are refused by code', async (t) => {
  const one = folder(t)
  const two = folder(t)
  await selfSignedCertificate(one, [])
  await selfSignedCertificate(two, [])
  const pem = join(one, 'self-signed.pem')
  const otherPem = join(two, 'self-signed.pem')
  writeFileSync(join(one, 'junk'), 'junk')
  const codeOf = (cert: string, key: string) => {
    try {
      readCertificate(cert, key)
    } catch (error) {
      return error instanceof StartError ? error.code : error
    }
  }
  assert.equal(codeOf(pem, pem), undefined)
  assert.equal(codeOf(pem, otherPem), 'certificate-invalid')
  assert.equal(codeOf(join(one, 'junk'), pem), 'certificate-invalid')
  assert.equal(codeOf(join(one, 'absent'), pem), 'certificate-unreadable')
})

test('a renewed certificate is taken up, a half-written one is not', async (t) => {
  const dataDir = folder(t)
  const renewed = folder(t)
  const first = await selfSignedCertificate(dataDir, [])
  const second = await selfSignedCertificate(renewed, [])
  const file = join(dataDir, 'self-signed.pem')
  const changes: Certificate[] = []
  const problems: string[] = []
  const stop = watchCertificate(
    {
      certFile: file,
      keyFile: file,
      everyMs: 5,
      onChange: (certificate) => changes.push(certificate),
      onProblem: (problem) => problems.push(problem.code),
    },
    first,
  )
  t.after(stop)
  writeFileSync(file, '-----BEGIN')
  await eventually(t, () => assert.equal(problems[0], 'certificate-invalid'))
  copyFileSync(join(renewed, 'self-signed.pem'), file)
  await eventually(t, () => assert.equal(changes.length, 1))
  assert.equal(changes[0]?.fingerprint, second.fingerprint)
})
