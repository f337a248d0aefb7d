// As in the core, one after the other, and the one that listens comes last but one. What the others serve is not asked for here.
const modules = ['none.js?block_data', 'none.js?epoch_data', 'http.js', 'none.js?state_data', 'none.js?epoch_changing', 'none.js?temp_vt_builder', 'websocket.js', 'none.js?evm']
for (const module of modules) await import(`./${module}`)
