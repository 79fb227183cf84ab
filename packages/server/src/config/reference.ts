/** The settings as text: the tables of docs/operating.md and starling.toml.example. */
import { variableOf } from './config-values.ts'
import type { Setting } from './setting.ts'
import { backendKeys, frontendKeys, type SettingKey, settings } from './settings.ts'

/** Where a key of a list says nothing, its place in the list does (`settings.ts`). */
const followsFrom: Readonly<Record<string, string>> = {
  'frontends.name': '`frontend-1`, `frontend-2` …',
  'frontends.listen': '`127.0.0.1:4600`, `4601` …',
  'frontends.public': 'made of `listen`',
  'frontends.admin': '`4650`, `4651` …',
  'backends.name': 'must be given',
  'backends.rank': 'must be given',
  'backends.address': '`127.0.0.1:4701`, `4702` …',
  'backends.listen': 'the address',
  'backends.admin': '`4751`, `4752` …',
}

/** Markdown tables: every key, its default, what may be written, what it does. */
export function settingsReference(): string {
  const rows = Object.entries(settings).map(([key, setting]) => row(key, setting, shown(setting)))
  const listed = (list: string, keys: Readonly<Record<string, Setting<unknown>>>) =>
    Object.entries(keys).map(([key, setting]) =>
      row(key, setting, followsFrom[`${list}.${key}`] ?? shown(setting)),
    )
  return [
    ...head,
    ...rows,
    '',
    '`[[frontends]]`, one for each:',
    '',
    ...head,
    ...listed('frontends', frontendKeys),
    '',
    '`[[backends]]`, one for each:',
    '',
    ...head,
    ...listed('backends', backendKeys),
  ].join('\n')
}

const head = ['| key | default | may be | what it does |', '| --- | --- | --- | --- |']

function row(key: string, { allowed, say }: Setting<unknown>, byDefault: string): string {
  return `| \`${key}\` | ${byDefault} | ${allowed} | ${say} |`
}

function shown({ fallback }: Setting<unknown>): string {
  return fallback === undefined ? '–' : `\`${JSON.stringify(fallback)}\``
}

/** A starling.toml that changes nothing: every setting, commented out, with its default. */
export function exampleToml(): string {
  const lines = [
    '# Starling needs no configuration. This file shows every setting with its default; copy it to',
    '# starling.toml and take the # away from what you change. "starling check" shows what holds.',
    '# Every setting but the lists can also be given by the environment, as',
    `# ${variableOf('balancing.longMessage')} for longMessage in [balancing].`,
  ]
  let section = ''
  for (const [key, setting] of Object.entries(settings)) {
    const dot = key.indexOf('.')
    if (dot > 0 && key.slice(0, dot) !== section) {
      section = key.slice(0, dot)
      lines.push('', `[${section}]`)
    } else lines.push('')
    lines.push(`# ${setting.say}`, `# ${key.slice(dot + 1)} = ${exampleValue(key, setting)}`)
  }
  return `${[...lines, '', ...roleExample].join('\n')}\n`
}

const exampleValues: Partial<Record<SettingKey, string>> = {
  'tls.certFile': '"fullchain.pem"',
  'tls.keyFile': '"privkey.pem"',
  'cluster.key': '"at least 32 characters of chance"',
  'cluster.keyFile': '"cluster.key"',
  'cluster.certFile': '"machine.pem"',
  'cluster.certKeyFile': '"machine-key.pem"',
  'cluster.caFile': '"ca.pem"',
  'nats.user': '"starling"',
  'nats.password': '"the password of that user"',
  'nats.passwordFile': '"nats.password"',
  'nats.credsFile': '"starling.creds"',
  'nats.nkeyFile': '"starling.nk"',
  'nats.systemUser': '"system"',
  'nats.systemPassword': '"the password of that user"',
  'nats.systemPasswordFile': '"nats-system.password"',
  'nats.systemCredsFile': '"system.creds"',
  'nats.caFile': '"nats-ca.pem"',
  'nats.certFile': '"nats-client.pem"',
  'nats.keyFile': '"nats-client-key.pem"',
}

function exampleValue(key: string, { fallback }: Setting<unknown>): string {
  return fallback === undefined
    ? `${exampleValues[key as SettingKey]}   (not set)`
    : JSON.stringify(fallback)
}

const roleExample = [
  '# One front-end and four backends. What is listed here replaces them.',
  '#',
  '# [[frontends]]',
  '# name = "frontend-1"',
  '# listen = "127.0.0.1:4600"',
  '# public = "wss://chat.example.org"',
  '# admin = 4650',
  '#',
  '# [[backends]]',
  '# name = "primary-1"',
  '# rank = "primary"',
  '# address = "127.0.0.1:4701"',
  '# admin = 4751',
]
