// Stands for Apollo, which no registry has: the globals, the way modules are loaded, and requests by node-fetch without an agent are as there. Beside its own
// command "get" it has others, for what other modules may do.
import fs from 'node:fs'

const [command, url] = process.argv.slice(2)
global.CONFIGURATION = JSON.parse(fs.readFileSync(new URL('./configuration.json', import.meta.url)))
global.PROGRAM = {}
for (const module of CONFIGURATION.EXTRA_CLI) await import(`./${module}`)

const commands = {
  get: async () => {
    const { default: fetch } = await import('node-fetch')
    return (await fetch(url)).text()
  },
  fetch: async () => (await fetch(url)).text(),
  websocket: async () => {
    const { default: websocket } = await import('websocket')
    const client = new websocket.client()
    return new Promise((resolve, reject) => {
      client.on('connectFailed', reject)
      client.on('connect', connection => {
        connection.on('message', message => resolve(message.utf8Data) || connection.close())
        connection.sendUTF('hello')
      })
      client.connect(url, 'echo-protocol')
    })
  },
  ui: async () => {
    const { default: fastify } = await import('fastify')
    const app = fastify({ logger: false })
    for (const module of CONFIGURATION.EXTRA_UI) app.register((await import(`./${module.PATH}`)).default, module.OPTIONS)
    const response = await app.inject({ url, headers: { host: process.env.PAGE_HOST ?? 'localhost:9691' }, remoteAddress: process.env.PAGE_FROM ?? '127.0.0.1' })
    return JSON.stringify({ status: response.statusCode, body: response.body, policy: response.headers['content-security-policy'] })
  }
}

try {
  console.log(await commands[command]())
} catch (error) {
  console.error(`${error.message} ${error.cause?.message ?? ''}`)
  process.exitCode = 1
}
