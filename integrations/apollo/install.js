// Adds the two modules to the configuration of the Apollo that this folder was copied into.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const apollo = path.resolve(here, '../..')
const file = path.join(apollo, 'configuration.json')
if (!fs.existsSync(file)) {
  console.error(`There is no configuration.json in ${apollo}. Copy this folder to KLY_Modules/overlay in Apollo's folder, and run its install.js there.`)
  process.exit(1)
}

const configuration = JSON.parse(fs.readFileSync(file, 'utf8'))
const module = path.relative(apollo, here).split(path.sep).join('/')
const cli = `${module}/cli/init.js`
const ui = `${module}/ui/routes.js`
configuration.EXTRA_CLI ??= []
configuration.EXTRA_UI ??= []

// First, so that whatever another module asks for goes through the door already.
if (!configuration.EXTRA_CLI.includes(cli)) configuration.EXTRA_CLI.unshift(cli)
if (!configuration.EXTRA_UI.some(entry => entry.PATH === ui)) configuration.EXTRA_UI.push({ PATH: ui, OPTIONS: { prefix: '/overlay' } })

// Whole or not at all.
fs.writeFileSync(`${file}.new`, JSON.stringify(configuration, null, 4) + '\n')
fs.renameSync(`${file}.new`, file)
console.log(`Apollo takes the gateway's SOCKS door from now on, and shows its status under /overlay.`)
