// Stands for a node: HTTP by fastify and WebSocket by the npm library, as KLYNTAR's core has them. Its answers hold the number that it is given, so that
// whoever reads one knows that it reached this node. It says its ports as one line of JSON.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import fastify from 'fastify'
import websocket from 'websocket'

const [nonce, repositories] = process.argv.slice(2)

const app = fastify({ forceCloseConnections: true })
app.get('/', async () => `node ${nonce}\n`)
app.get('/current_leader', async () => ({ leader: nonce }))

// What git's "dumb" protocol asks for is files.
app.get('/repositories/*', async (request, reply) => {
  const file = path.join(repositories, path.normalize('/' + request.params['*']))
  return fs.existsSync(file) && fs.statSync(file).isFile() ? reply.type('application/octet-stream').send(fs.readFileSync(file)) : reply.code(404).send()
})

const sockets = http.createServer((_, response) => response.writeHead(404).end())
const echo = new websocket.server({ httpServer: sockets, autoAcceptConnections: false })
echo.on('request', request => {
  if (!request.requestedProtocols.includes('echo-protocol')) return request.reject(400, 'Only echo-protocol is spoken here.')
  const connection = request.accept('echo-protocol', request.origin)
  connection.on('message', message => connection.sendUTF(`${nonce} ${message.utf8Data}`))
})

await app.listen({ host: '127.0.0.1', port: 0 })
await new Promise(resolve => sockets.listen(0, '127.0.0.1', resolve))
console.log(JSON.stringify({ http: app.server.address().port, ws: sockets.address().port }))
