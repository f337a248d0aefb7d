// Stands for a module of the core whose routes nobody asks for.
import '../klyntar_core.js'
