import http from 'node:http'
import websocket from 'websocket'
import { CONFIGURATION, tell } from '../klyntar_core.js'

const { PUBLIC_KEY, WEBSOCKET_INTERFACE, WEBSOCKET_PORT } = CONFIGURATION.NODE_LEVEL
const server = http.createServer((_, response) => response.writeHead(404).end())
server.listen(WEBSOCKET_PORT, WEBSOCKET_INTERFACE, () => tell('websocket', { address: server.address().address }))
new websocket.server({ httpServer: server, autoAcceptConnections: false }).on('request', request => {
  const connection = request.accept('echo-protocol', request.origin)
  connection.on('message', () => connection.sendUTF(JSON.stringify({ node: PUBLIC_KEY })))
})
