// What the core does with its peers: it polls one, and keeps a tunnel to another, which it opens in a loop that waits for nothing.
import fetch from 'node-fetch'
import websocket from 'websocket'
import { CONFIGURATION, tell } from '../klyntar_core.js'

const { GET_BLOCKS_URL, POINT_OF_DISTRIBUTION } = CONFIGURATION.NODE_LEVEL
let tunnel

export function run () {
  if (GET_BLOCKS_URL) poll()
  if (POINT_OF_DISTRIBUTION) follow()
}

async function poll () {
  try {
    const response = await fetch(`${GET_BLOCKS_URL}/multiple_blocks`, { signal: AbortSignal.timeout(2000) })
    tell('polled', await response.json())
  } catch (error) {
    tell('not polled', { message: error.message })
  }

  setTimeout(poll, 500)
}

function follow () {
  if (!tunnel) {
    const client = new websocket.client({})
    client.connect(POINT_OF_DISTRIBUTION, 'echo-protocol')
    client.on('connect', connection => {
      tunnel = connection
      connection.on('message', message => {
        tell('followed', JSON.parse(message.utf8Data))
        setTimeout(() => connection.sendUTF('get_blocks'), 500)
      })
      const lost = () => { tunnel = undefined }
      connection.on('close', lost)
      connection.on('error', lost)
      connection.sendUTF('get_blocks')
    })
  }

  // As there, a tunnel that stands is looked at now and then.
  if (tunnel) setTimeout(follow, 100)
  else setImmediate(follow)
}
