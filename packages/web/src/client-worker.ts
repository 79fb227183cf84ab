/** The client that all tabs share runs here. */
import '@starling/client/shared-worker'
