/** Where the servers of the log are, who we are to them, and what the stream shall be. */

export type NatsLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'creds'; readonly file: string }
  | { readonly kind: 'nkey'; readonly file: string }

export interface NatsTls {
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

export interface NatsSettings {
  /** `host:port` or `nats://host:port`, one for each server. */
  readonly servers: readonly string[]
  readonly login: NatsLogin
  /** Of the system account, to ask all servers how safely they store; absent: asked by `login`. */
  readonly system?: NatsLogin
  /** Present: nothing is said unencrypted. Absent: encrypted where the servers want it. */
  readonly tls?: NatsTls
  /** The stream's name. Its subjects are `<stream>.log`, `<stream>.tail` and `<stream>.peer`. */
  readonly stream: string
  readonly replicas: number
  /** At which the stream takes no more. */
  readonly bytesMax: number
  /** Runs on although a promise cannot be kept, and says so. */
  readonly isUnsafeAllowed: boolean
}
