/** The script of the tabs' SharedWorker, as an application has one. */
import '@starling/client/shared-worker'
