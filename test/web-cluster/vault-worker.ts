/** The script of the worker that has the keys, as an application has one. */
import '@starling/client/vault/vault-worker'
