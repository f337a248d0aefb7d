// Stands for KLYNTAR's core, which needs a chain to run: how it is configured, loads plugins, serves and ends is as there. It says what happens as lines of JSON.
import fs from 'node:fs'
import path from 'node:path'
import fastify from 'fastify'

export const CONFIGURATION = {}
const configs = path.join(process.env.SYMBIOTE_DIR, 'CONFIGS')
for (const file of fs.readdirSync(configs)) Object.assign(CONFIGURATION, JSON.parse(fs.readFileSync(path.join(configs, file), 'utf8')))

export const BLOCKCHAIN_GENESIS = { NETWORK_ID: 'f00d' }
export const FASTIFY_SERVER = fastify({ forceCloseConnections: true })
export const tell = (event, more) => console.log(JSON.stringify({ event, ...more }))

async function stop () {
  await FASTIFY_SERVER.close()
  process.exit(0)
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop)

;(async () => {
  const { run } = await import('./KLY_Workflows/life.js')
  run()
  for (const plugin of CONFIGURATION.NODE_LEVEL.PLUGINS) import(`./KLY_Plugins/${plugin}`).catch(error => tell('plugin failed', { message: error.message }))
  await import('./KLY_Workflows/routes.js')
  FASTIFY_SERVER.listen({ port: CONFIGURATION.NODE_LEVEL.PORT, host: CONFIGURATION.NODE_LEVEL.INTERFACE }, error => error ? tell('http failed', { message: error.message }) : tell('http', { address: FASTIFY_SERVER.server.address().address }))
})()
