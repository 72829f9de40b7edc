import { createRequire } from 'node:module';

/**
 * Vitest starts node with `--conditions import`, so that express's `require('is-promise')` gets an ES module's namespace
 * where it wants a function. Imported before express, this puts the function there. Plain node needs none of it.
 */
const require = createRequire(createRequire(import.meta.url).resolve('router'));
const path = require.resolve('is-promise');
const loaded: unknown = require('is-promise');
const module = require.cache[path];
if (module && typeof loaded === 'object' && loaded !== null && 'default' in loaded) module.exports = loaded.default;
