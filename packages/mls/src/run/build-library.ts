/**
 * One published build of the library, spoken to as the library is meant to be used, through the
 * little that its versions have in common. Nothing of it is known to the compiler.
 */
import { pathToFileURL } from 'node:url'

type Call = (...args: readonly unknown[]) => unknown
type Exports = Readonly<Record<string, Call & Readonly<Record<string, unknown>>>>
export type Opaque = Readonly<Record<string, unknown>>

const suiteName = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'

export interface Person {
  readonly publicPackage: Opaque
  readonly privatePackage: Opaque
}

export interface State extends Opaque {
  readonly ratchetTree: readonly Opaque[]
  readonly privatePath: { readonly leafIndex: number }
}

export interface Committed {
  readonly newState: State
  readonly commit: Opaque
  readonly welcome: Opaque | undefined
}

export interface BuildLibrary {
  person(name: string): Promise<Person>
  group(first: Person): Promise<State>
  commit(state: State, adds: readonly Person[], removes: readonly number[]): Promise<Committed>
  join(person: Person, welcome: Opaque, tree: readonly Opaque[]): Promise<State>
  process(state: State, message: Opaque): Promise<State>
  say(state: State): Promise<Opaque>
  hears(state: State, message: Opaque): Promise<boolean>
}

const text = new TextEncoder().encode('a text')

export async function loadBuild(folder: string, version: string): Promise<BuildLibrary> {
  const entry = pathToFileURL(`${folder}/node_modules/ts-mls/dist/src/index.js`)
  const library: Exports = await import(entry.href)
  return version.startsWith('1.') ? loadFirst(library) : loadSecond(library)
}

async function loadFirst(library: Exports): Promise<BuildLibrary> {
  const suite = await library.getCiphersuiteImpl!(library.getCiphersuiteFromName!(suiteName))
  const { emptyPskIndex: psks, acceptAll, defaultLifetime } = library
  const credentialOf = (name: string) => ({
    credentialType: 'basic',
    identity: new TextEncoder().encode(name),
  })
  const process = (state: State, message: Opaque) =>
    library.processMessage!(message, state, psks, acceptAll, suite) as Promise<{ newState: State }>
  return {
    person: async (name) =>
      (await library.generateKeyPackage!(
        credentialOf(name),
        library.defaultCapabilities!(),
        defaultLifetime,
        [],
        suite,
      )) as Person,
    group: async ({ publicPackage, privatePackage }) =>
      (await library.createGroup!(text, publicPackage, privatePackage, [], suite)) as State,
    commit: async (state, adds, removes) => {
      const extraProposals = [
        ...removes.map((removed) => ({ proposalType: 'remove', remove: { removed } })),
        ...adds.map(({ publicPackage: keyPackage }) => ({
          proposalType: 'add',
          add: { keyPackage },
        })),
      ]
      const options = { wireAsPublicMessage: true, extraProposals }
      return (await library.createCommit!({ state, cipherSuite: suite }, options)) as Committed
    },
    join: async ({ publicPackage, privatePackage }, welcome, tree) =>
      (await library.joinGroup!(
        welcome,
        publicPackage,
        privatePackage,
        psks,
        suite,
        tree,
      )) as State,
    process: async (state, message) => (await process(state, message)).newState,
    say: async (state) => {
      const made = (await library.createApplicationMessage!(state, text, suite)) as Opaque
      const { privateMessage } = made
      return { version: 'mls10', wireformat: 'mls_private_message', privateMessage }
    },
    hears: (state, message) => isHeard(process(state, message)),
  }
}

async function loadSecond(library: Exports): Promise<BuildLibrary> {
  const cipherSuite = await library.getCiphersuiteImpl!(suiteName)
  const context = { cipherSuite, authService: library.unsafeTestingAuthenticationService }
  const { defaultCredentialTypes, defaultProposalTypes } = library
  const credentialOf = (name: string) => ({
    credentialType: defaultCredentialTypes!.basic,
    identity: new TextEncoder().encode(name),
  })
  const process = (state: State, message: Opaque) =>
    library.processMessage!({ context, state, message }) as Promise<{ newState: State }>
  return {
    person: async (name) => {
      const settings = { credential: credentialOf(name), cipherSuite }
      return (await library.generateKeyPackage!(settings)) as Person
    },
    group: async ({ publicPackage: keyPackage, privatePackage: privateKeyPackage }) => {
      const settings = { context, groupId: text, keyPackage, privateKeyPackage }
      return (await library.createGroup!(settings)) as State
    },
    commit: async (state, adds, removes) => {
      const extraProposals = [
        ...removes.map((removed) => ({
          proposalType: defaultProposalTypes!.remove,
          remove: { removed },
        })),
        ...adds.map(({ publicPackage: keyPackage }) => ({
          proposalType: defaultProposalTypes!.add,
          add: { keyPackage },
        })),
      ]
      const settings = { context, state, wireAsPublicMessage: true, extraProposals }
      const made = (await library.createCommit!(settings)) as Committed
      return { ...made, welcome: made.welcome?.welcome as Opaque | undefined }
    },
    join: async ({ publicPackage, privatePackage }, welcome, ratchetTree) => {
      const keys = { keyPackage: publicPackage, privateKeys: privatePackage }
      return (await library.joinGroup!({ context, welcome, ...keys, ratchetTree })) as State
    },
    process: async (state, message) => (await process(state, message)).newState,
    say: async (state) => {
      const settings = { context, state, message: text }
      const made = (await library.createApplicationMessage!(settings)) as Opaque
      return made.message as Opaque
    },
    hears: (state, message) => isHeard(process(state, message)),
  }
}

async function isHeard(processed: Promise<object>): Promise<boolean> {
  try {
    return 'message' in (await processed)
  } catch {
    // Whatever a build throws, it has not read the message.
    return false
  }
}
