import { expect } from 'vitest';
import { readChain } from '../information/chain.ts';
import { FileInformationClass } from '../information/classes.ts';
import { DIRECTORY_ENTRY_UNIT, directoryEntries, type DirectoryInformation } from '../information/directory.ts';
import type { Codec } from '../messages/codec.ts';
import { Command } from '../messages/command.ts';
import { Access, CreateDisposition, type CreateResponse, ImpersonationLevel, ShareAccess } from '../messages/create.ts';
import type { FileId } from '../messages/file-id.ts';
import { IOCTL_IS_FSCTL } from '../messages/ioctl.ts';
import { LockFlag } from '../messages/lock.ts';
import { InfoType } from '../messages/query-info.ts';
import { decode, encode } from '../messages/whole.ts';
import { NtStatus } from '../nt-status.ts';
import type { RequestOf, Response, SmbClient } from './smb-client.ts';

export const ALL = 0x001f_01ff;
export const SHARE_ALL = ShareAccess.READ | ShareAccess.WRITE | ShareAccess.DELETE;

type CreateFields = RequestOf<typeof Command.CREATE>;

/** Commands on files as a test says them: what is not said is the usual. */
export class FileClient {
  readonly client: SmbClient;

  constructor(client: SmbClient) {
    this.client = client;
  }

  create(name: string, fields: Partial<CreateFields> = {}): Promise<Response<typeof Command.CREATE>> {
    return this.client.request(Command.CREATE, createRequest(name, fields));
  }

  /** The open of a CREATE that must succeed. */
  async open(name: string, fields: Partial<CreateFields> = {}): Promise<CreateResponse> {
    const response = await this.create(name, { createDisposition: CreateDisposition.OPEN_IF, ...fields });
    expect(response.status, `CREATE ${name}`).toBe(NtStatus.SUCCESS);
    return response.body!;
  }

  async createStatus(name: string, fields: Partial<CreateFields> = {}): Promise<number> {
    const response = await this.create(name, fields);
    if (response.status === NtStatus.SUCCESS) await this.close(response.body!.fileId);
    return response.status;
  }

  async close(fileId: FileId): Promise<number> {
    return (await this.client.request(Command.CLOSE, { flags: 0, fileId })).status;
  }

  /** Makes a file with this content, closed. */
  async file(name: string, content = '', fields: Partial<CreateFields> = {}): Promise<void> {
    const { fileId } = await this.open(name, fields);
    if (content !== '') expect(await this.write(fileId, content)).toBe(NtStatus.SUCCESS);
    await this.close(fileId);
  }

  async directory(name: string): Promise<void> {
    const { fileId } = await this.open(name, { createOptions: 0x1 });
    await this.close(fileId);
  }

  async write(fileId: FileId, content: string | Uint8Array, offset = 0, flags = 0): Promise<number> {
    const data = typeof content === 'string' ? Buffer.from(content) : content;
    const rest = { channel: 0, remainingBytes: 0, writeChannelInfo: new Uint8Array(0) };
    return (await this.client.request(Command.WRITE, { offset, fileId, flags, data, ...rest })).status;
  }

  read(fileId: FileId, offset: number, length: number, minimumCount = 0): Promise<Response<typeof Command.READ>> {
    const rest = { padding: 0, flags: 0, channel: 0, remainingBytes: 0, readChannelInfo: new Uint8Array(0) };
    return this.client.request(Command.READ, { length, offset, fileId, minimumCount, ...rest });
  }

  /** The content of a file, by its name. */
  async content(name: string): Promise<string> {
    const { fileId } = await this.open(name, { createDisposition: CreateDisposition.OPEN });
    const { body } = await this.read(fileId, 0, 60_000);
    await this.close(fileId);
    return body === undefined ? '' : Buffer.from(body.data).toString();
  }

  query(
    fileId: FileId,
    infoType: number,
    fileInfoClass: number,
    more: Partial<RequestOf<typeof Command.QUERY_INFO>> = {},
  ): Promise<Response<typeof Command.QUERY_INFO>> {
    const rest = { outputBufferLength: 4096, additionalInformation: 0, flags: 0, inputBuffer: new Uint8Array(0) };
    return this.client.request(Command.QUERY_INFO, { infoType, fileInfoClass, fileId, ...rest, ...more });
  }

  /** A class of InfoType FILE that must be told. */
  async info<T>(fileId: FileId, fileInfoClass: number, codec: Codec<T>): Promise<T> {
    const { status, body } = await this.query(fileId, InfoType.FILE, fileInfoClass);
    expect(status).toBe(NtStatus.SUCCESS);
    return decode(codec, body!.outputBuffer);
  }

  async set<T>(fileId: FileId, fileInfoClass: number, codec: Codec<T>, value: T): Promise<number> {
    return this.setBytes(fileId, fileInfoClass, encode(codec, value));
  }

  async setBytes(fileId: FileId, fileInfoClass: number, buffer: Uint8Array): Promise<number> {
    const request = { infoType: InfoType.FILE, fileInfoClass, additionalInformation: 0, fileId, buffer };
    return (await this.client.request(Command.SET_INFO, request)).status;
  }

  async remove(name: string): Promise<number> {
    return this.createStatus(name, { createOptions: 0x1000, desiredAccess: Access.DELETE });
  }

  queryDirectory(
    fileId: FileId,
    more: Partial<RequestOf<typeof Command.QUERY_DIRECTORY>> = {},
  ): Promise<Response<typeof Command.QUERY_DIRECTORY>> {
    const fileInformationClass = FileInformationClass.FileIdBothDirectoryInformation;
    const rest = { flags: 0, fileIndex: 0, outputBufferLength: 65_536, fileName: '*' };
    return this.client.request(Command.QUERY_DIRECTORY, { fileInformationClass, fileId, ...rest, ...more });
  }

  /** One reply's entries. */
  async entries(
    fileId: FileId,
    more: Partial<RequestOf<typeof Command.QUERY_DIRECTORY>> = {},
  ): Promise<readonly DirectoryInformation[]> {
    const { status, body } = await this.queryDirectory(fileId, more);
    if (status !== NtStatus.SUCCESS) return [];
    const codec = directoryEntries.get(
      more.fileInformationClass ?? FileInformationClass.FileIdBothDirectoryInformation,
    )!;
    return readChain(body!.outputBuffer, codec, DIRECTORY_ENTRY_UNIT);
  }

  /** All names of a directory. */
  async names(name: string, pattern = '*'): Promise<string[]> {
    const { fileId } = await this.open(name, { createDisposition: CreateDisposition.OPEN, createOptions: 0x1 });
    const names: string[] = [];
    for (;;) {
      const entries = await this.entries(fileId, { fileName: pattern });
      if (entries.length === 0) break;
      names.push(...entries.map(({ fileName }) => fileName));
    }
    await this.close(fileId);
    return names;
  }

  async lock(fileId: FileId, offset: number, length: number, flags: number): Promise<number> {
    const locks = [{ offset: BigInt(offset), length: BigInt(length), flags: flags | LockFlag.FAIL_IMMEDIATELY }];
    return (await this.client.request(Command.LOCK, { lockSequence: 0, fileId, locks })).status;
  }

  async unlock(fileId: FileId, offset: number, length: number): Promise<number> {
    const locks = [{ offset: BigInt(offset), length: BigInt(length), flags: LockFlag.UNLOCK }];
    return (await this.client.request(Command.LOCK, { lockSequence: 0, fileId, locks })).status;
  }

  fsctl(
    fileId: FileId,
    ctlCode: number,
    input: Uint8Array = new Uint8Array(0),
    maxOutputResponse = 4096,
  ): Promise<Response<typeof Command.IOCTL>> {
    const rest = { maxInputResponse: 0, maxOutputResponse, flags: IOCTL_IS_FSCTL, output: new Uint8Array(0) };
    return this.client.request(Command.IOCTL, { ctlCode, fileId, input, ...rest });
  }
}

export function createRequest(name: string, fields: Partial<CreateFields> = {}): CreateFields {
  return {
    requestedOplockLevel: 0,
    impersonationLevel: ImpersonationLevel.IMPERSONATION,
    desiredAccess: ALL,
    fileAttributes: 0,
    shareAccess: SHARE_ALL,
    createDisposition: CreateDisposition.OPEN,
    createOptions: 0,
    createContexts: [],
    ...fields,
    name,
  };
}
