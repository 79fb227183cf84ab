import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { silentTrace } from '../telemetry/trace.ts'
import { startChatCluster } from './chat-cluster.test-fixture.ts'
import { chatClusterSuite } from './chat-cluster.test-suite.ts'
import { openEmbeddedEngine } from './embedded-engine.ts'

chatClusterSuite('SQLite', (t) => {
  const dataFolder = scratchDirectory(t)
  return startChatCluster(t, (settings) =>
    openEmbeddedEngine({ settings, dataFolder, trace: silentTrace() }),
  )
})
