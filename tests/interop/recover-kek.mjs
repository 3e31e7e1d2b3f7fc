// Recovers a key-encryption key from its record and its provider's share, and prints it: 32 bytes in hexadecimal.
//
//   aws kms decrypt … --query Plaintext --output text | node recover-kek.mjs record.json
//
// docs/no-lock-in.md tells how to come by the record. Its bytes are in hexadecimal, or in base64: a salt has 32.
import { createDecipheriv, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'

const record = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const share = Buffer.from(readFileSync(0, 'utf8'), 'base64')

const bytes = (text) => Buffer.from(text, record.salt.length === 64 ? 'hex' : 'base64')
const number = (size, value) => Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex')
const field = (size, value) => Buffer.concat([number(size, Buffer.from(value).length), Buffer.from(value)])
const fields = (size, values) => Buffer.concat(values.map((value) => field(size, value)))

const pairs = Object.entries(record.encryptionContext).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
const context = Buffer.concat([number(2, pairs.length), fields(2, pairs.flat())])
const names = [record.tenantId, record.kekId, record.providerId, record.keyArn]
const [sealedShare, sealedInternalShare, salt, iv, sealedKek] = ['sealedShare', 'sealedInternalShare', 'salt', 'iv', 'sealedKek'].map((name) => bytes(record[name]))

const secondLayer = sealedInternalShare.length > 0 ? 'internal' : ''
const wrappingKey = hkdfSync('sha512', share, salt, Buffer.concat([Buffer.from('TenantEncryption KEK wrap v1'), fields(4, names)]), 32)
const decipher = createDecipheriv('aes-256-gcm', Buffer.from(wrappingKey), iv, { authTagLength: 16 })
decipher.setAAD(fields(4, [...names, context, sealedShare, secondLayer, salt, iv])).setAuthTag(sealedKek.subarray(32))
console.log(Buffer.concat([decipher.update(sealedKek.subarray(0, 32)), decipher.final()]).toString('hex'))
