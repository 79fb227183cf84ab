/**
 * What a backend is told of its log, out of the configuration. Here the files are read: the backend
 * that needs them has them, other machines need not.
 */
import { accessSync, constants, readFileSync } from 'node:fs'
import type { NatsLogin, NatsSettings, NatsTls } from '../log/nats/nats-settings.ts'
import { addressText } from './address.ts'
import type { Config } from './config.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { NatsFileKey } from './nats-keys.ts'
import { isNatsTls, parseNatsServer } from './nats-rules.ts'

/** Throws `ConfigError` with every file that cannot be used. */
export function natsSettingsOf(config: Config): NatsSettings {
  const { values } = config
  const files = new Files(config)
  const settings: NatsSettings = {
    servers: values['nats.servers'].flatMap((text) => {
      const server = parseNatsServer(text)
      return server === undefined ? [] : [addressText(server)]
    }),
    login: loginOf(files, {
      user: values['nats.user'],
      password: values['nats.password'],
      passwordFile: 'nats.passwordFile',
      credsFile: 'nats.credsFile',
      nkeyFile: 'nats.nkeyFile',
    }),
    ...systemOf(config, files),
    ...(isNatsTls(values) ? { tls: tlsOf(files) } : {}),
    stream: values['nats.stream'],
    replicas: values['nats.replicas'],
    bytesMax: values['nats.bytesMax'],
    isUnsafeAllowed: values['nats.allowUnsafe'],
  }
  if (files.problems.length > 0) throw new ConfigError(files.problems)
  return settings
}

interface LoginKeys {
  readonly user: string | undefined
  readonly password: string | undefined
  readonly passwordFile: NatsFileKey
  readonly credsFile: NatsFileKey
  readonly nkeyFile?: NatsFileKey
}

function loginOf(files: Files, keys: LoginKeys): NatsLogin {
  const creds = files.path(keys.credsFile)
  if (creds !== undefined) return { kind: 'creds', file: creds }
  const nkey = keys.nkeyFile && files.path(keys.nkeyFile)
  if (nkey !== undefined) return { kind: 'nkey', file: nkey }
  const { user } = keys
  if (user === undefined) return { kind: 'none' }
  const password = keys.password ?? files.password(keys.passwordFile) ?? ''
  return { kind: 'password', user, password }
}

function systemOf({ values }: Config, files: Files): { readonly system?: NatsLogin } {
  const system = loginOf(files, {
    user: values['nats.systemUser'],
    password: values['nats.systemPassword'],
    passwordFile: 'nats.systemPasswordFile',
    credsFile: 'nats.systemCredsFile',
  })
  return system.kind === 'none' ? {} : { system }
}

function tlsOf(files: Files): NatsTls {
  const caFile = files.path('nats.caFile')
  const certFile = files.path('nats.certFile')
  const keyFile = files.path('nats.keyFile')
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  }
}

/** The files of the configuration, and what is wrong with them. */
class Files {
  readonly #config: Config
  readonly problems: ConfigProblem[] = []

  constructor(config: Config) {
    this.#config = config
  }

  /** Of a file that can be read; undefined when none is named, or it cannot. */
  path(key: NatsFileKey): string | undefined {
    const path = this.#config.pathOf(key)
    if (path === undefined) return undefined
    return this.#tried(key, path, () => {
      accessSync(path, constants.R_OK)
      return path
    })
  }

  password(key: NatsFileKey): string | undefined {
    const path = this.#config.pathOf(key)
    if (path === undefined) return undefined
    const password = this.#tried(key, path, () => readFileSync(path, 'utf8').trim())
    if (password === '') this.#problem(key, `${path} is empty`, 'write the password into it')
    return password
  }

  #tried(key: NatsFileKey, path: string, read: () => string): string | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      const remedy = 'name a file that exists and that this user may read'
      this.#problem(key, `cannot read ${path} (${error.code})`, remedy)
      return undefined
    }
  }

  #problem(key: NatsFileKey, found: string, remedy: string): void {
    this.problems.push({ where: this.#config.where(key), key, found, remedy })
  }
}
