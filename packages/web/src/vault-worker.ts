/** Where the keys of this device are, when no worker serves all tabs and one of them leads. */
import '@starling/client/vault/vault-worker'
