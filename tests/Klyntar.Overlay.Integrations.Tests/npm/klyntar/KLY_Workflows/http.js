import { BLOCKCHAIN_GENESIS, CONFIGURATION, FASTIFY_SERVER, tell } from '../klyntar_core.js'

FASTIFY_SERVER.get('/multiple_blocks', async () => ({ node: CONFIGURATION.NODE_LEVEL.PUBLIC_KEY }))

FASTIFY_SERVER.post('/addpeer', async request => {
  const [network, url] = JSON.parse(request.body)
  if (network !== BLOCKCHAIN_GENESIS.NETWORK_ID) return { err: 'Symbiotic chain not supported' }
  tell('added', { url })
  return { ok: 'Your node has been added' }
})
