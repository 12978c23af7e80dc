// node server.mjs FOLDER: PouchDB behind express-pouchdb, in the mode that replication needs and no more.
// Its LevelDB lies in FOLDER and does not wait for the disk: that is its own default, and in its favour.
import { join } from 'node:path';
import express from 'express';
import express_pouchdb from 'express-pouchdb';
import PouchDB from 'pouchdb';

const [folder] = process.argv.slice(2);
const Stored = PouchDB.defaults({ prefix: `${folder}/` });
const app = express();
let closed_up = 0;
let closed_down = 0;
let requests = 0;
const open = new Set();

app.get('/bench/page', (_request, response) => response.type('html').send('<!doctype html>'));
app.get('/bench/pouchdb.js', (_request, response) =>
  response.sendFile(join(import.meta.dirname, 'node_modules/pouchdb/dist/pouchdb.min.js')),
);
app.get('/bench/bytes', (_request, response) => {
  const sum = (field) => [...open].reduce((total, socket) => total + socket[field], 0);
  response.json({
    up: closed_up + sum('bytesRead'),
    down: closed_down + sum('bytesWritten'),
    requests,
  });
});
app.use('/', express_pouchdb(Stored, { mode: 'minimumForPouchDB' }));

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
server.on('request', () => {
  requests += 1;
});
server.on('connection', (socket) => {
  open.add(socket);
  socket.on('close', () => {
    open.delete(socket);
    closed_up += socket.bytesRead;
    closed_down += socket.bytesWritten;
  });
});
