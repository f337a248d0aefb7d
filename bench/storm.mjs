// A core's loop: it dials a peer without a guard until a connection stands. Says what became of the attempts and of this process.
import { createRequire } from 'node:module'

const [modules, url, seconds] = process.argv.slice(2)
const { client: WebSocketClient } = createRequire(modules + '/')('websocket')
const told = { attempts: 0, failed: 0, connected: 0, mostPending: 0, errors: {} }
let pending = 0
let stands = false
const end = Date.now() + seconds * 1000

function attempt() {
  const client = new WebSocketClient({})
  told.attempts++
  told.mostPending = Math.max(told.mostPending, ++pending)
  client.on('connect', connection => {
    told.connected++
    pending--
    stands = true
    connection.on('close', () => { stands = false })
  })
  client.on('connectFailed', error => {
    told.failed++
    pending--
    const cause = error.code ?? 'other'
    told.errors[cause] = (told.errors[cause] ?? 0) + 1
  })
  client.connect(url, 'echo-protocol')
}

function loop() {
  if (Date.now() >= end) {
    const { user, system } = process.cpuUsage()
    console.log(JSON.stringify({ ...told, cpuSeconds: (user + system) / 1e6 }))
    process.exit(0)
  }

  if (!stands) {
    attempt()
  }

  setImmediate(loop)
}

loop()
