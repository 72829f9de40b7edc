/** What clients are told, with the texts that OpenStack's own server has: some clients show them, few match on them. */
const errorTable = {
  NotModified: [304, 'Not Modified', ''],
  BadRequest: [
    400,
    'Bad Request',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
  Unauthorized: [
    401,
    'Unauthorized',
    'This server could not verify that you are authorized to access the document you requested.',
  ],
  Forbidden: [403, 'Forbidden', 'Access was denied to this resource.'],
  NotFound: [404, 'Not Found', 'The resource could not be found.'],
  MethodNotAllowed: [405, 'Method Not Allowed', 'The method is not allowed for this resource.'],
  NotAcceptable: [406, 'Not Acceptable', 'The resource is not available in a format acceptable to your browser.'],
  RequestTimeout: [408, 'Request Timeout', 'The server has waited too long for the request to be sent by the client.'],
  Conflict: [409, 'Conflict', 'There was a conflict when trying to complete your request.'],
  LengthRequired: [411, 'Length Required', 'Content-Length header required.'],
  PreconditionFailed: [412, 'Precondition Failed', 'A precondition for this request was not met.'],
  RequestEntityTooLarge: [413, 'Request Entity Too Large', 'The body of your request was too large for this server.'],
  RangeNotSatisfiable: [416, 'Requested Range Not Satisfiable', 'The Range requested is not available.'],
  UnprocessableEntity: [422, 'Unprocessable Entity', 'Unable to process the contained instructions'],
  Locked: [423, 'Locked', 'Somebody else has the object open or locked.'],
  HeadersTooLarge: [431, 'Request Header Fields Too Large', 'The header section is longer than this server takes.'],
  ClientDisconnect: [499, 'Client Disconnect', 'The client was disconnected during request.'],
  InternalError: [500, 'Internal Error', 'The server has either erred or is incapable of performing the operation.'],
  NotImplemented: [501, 'Not Implemented', 'The requested method is not implemented by this server.'],
  ServiceUnavailable: [503, 'Service Unavailable', 'The server is currently unavailable. Please try again later.'],
  InsufficientStorage: [507, 'Insufficient Storage', 'There was not enough space to save the resource.'],
} as const satisfies Record<string, readonly [status: number, title: string, text: string]>;

export type SwiftErrorCode = keyof typeof errorTable;

export interface SwiftErrorDetails {
  /** Replaces the page of the table; plain text. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** What a handler, or the front itself, throws to answer with an error. */
export class SwiftError extends Error {
  override readonly name = 'SwiftError';
  readonly code: SwiftErrorCode;
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #page: string | undefined;

  constructor(code: SwiftErrorCode, details: SwiftErrorDetails = {}) {
    const [status, title, text] = errorTable[code];
    super(details.message ?? text, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = status;
    this.title = title;
    this.headers = details.headers ?? {};
    this.#page = details.message === undefined ? `<html><h1>${title}</h1><p>${text}</p></html>` : undefined;
  }

  get contentType(): string {
    return this.#page === undefined ? 'text/plain; charset=UTF-8' : 'text/html; charset=UTF-8';
  }

  get body(): string {
    return this.#page ?? this.message;
  }
}

/** 400 with a reason. */
export function badRequest(message: string): SwiftError {
  return new SwiftError('BadRequest', { message });
}
