import { MMFSError, type PaintedTile, type ProgressEvent, type Reply, type Request, reviveError } from "@mmfs/core";

/** What computes, and how to end it: a worker, or the page itself behind a message port. */
export interface Connection {
  send(request: Request, transfer: Transferable[]): void;
  end(): void;
}

/** What a {@link Connection} tells. */
export interface ConnectionEvents {
  onReply(reply: Reply): void;
  /** It broke down, and will answer nothing any more. */
  onFailure(reason: string): void;
}

export type Connect = (events: ConnectionEvents) => Connection;

export interface CallOptions {
  /** What moves to the worker instead of being copied. */
  transfer?: Transferable[] | undefined;
  /** The call rejects with its reason at once, and the worker stops at the next step. */
  signal?: AbortSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  onTile?: ((tile: PaintedTile) => void) | undefined;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onProgress: CallOptions["onProgress"];
  onTile: CallOptions["onTile"];
}

/** Calls functions in a worker, which starts with the first call and again after it broke down. */
export class WorkerClient {
  readonly #connect: Connect;
  readonly #calls = new Map<number, PendingCall>();
  #connection: Connection | undefined;
  #lastId = 0;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** True while there is a worker. */
  get running(): boolean {
    return this.#connection !== undefined;
  }

  /**
   * @param argument anything that can be cloned.
   * @throws what the function throws, `signal.reason`, or {MMFSError} `INFERENCE_FAILED` if the worker breaks down meanwhile.
   */
  async call<T>(method: string, argument: unknown, options: CallOptions = {}): Promise<T> {
    const { signal, onProgress, onTile, transfer = [] } = options;
    signal?.throwIfAborted();
    const connection = this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const settle = () => {
        signal?.removeEventListener("abort", abort);
        this.#calls.delete(id);
      };
      const abort = () => {
        connection.send({ type: "abort", id }, []);
        settle();
        reject(signal?.reason);
      };
      this.#calls.set(id, {
        resolve(value) {
          settle();
          resolve(value as T);
        },
        reject(error) {
          settle();
          reject(error);
        },
        onProgress,
        onTile,
      });
      signal?.addEventListener("abort", abort, { once: true });
      try {
        connection.send({ type: "call", id, method, argument }, transfer);
      } catch (cause) {
        settle();
        reject(
          new MMFSError(
            "INVALID_ARGUMENT",
            "The call holds something that cannot be sent to the worker: a function, or a picture of another site that its " +
              "page may not read.",
            { cause },
          ),
        );
      }
    });
  }

  /** Ends the worker; pending calls reject with `DISPOSED`. A later call starts a new one. */
  terminate(): void {
    this.#connection?.end();
    this.#connection = undefined;
    for (const call of [...this.#calls.values()]) call.reject(new MMFSError("DISPOSED", "The worker was ended."));
  }

  #start(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    const connection = this.#connect({
      onReply: (reply) => this.#receive(reply, connection),
      onFailure: (reason) => {
        if (this.#connection !== connection) return;
        this.#connection = undefined;
        connection.end();
        const error = new MMFSError(
          "INFERENCE_FAILED",
          `The worker that computes broke down (${reason}); the next call starts a new one. If it never starts, serve the files ` +
            "of @mmfs/web from the page's own site, or compute in the page with worker: false.",
        );
        for (const call of [...this.#calls.values()]) call.reject(error);
      },
    });
    this.#connection = connection;
    return connection;
  }

  #receive(reply: Reply, connection: Connection): void {
    const call = this.#calls.get(reply.id);
    if (call === undefined) return;
    if (reply.type === "result") call.resolve(reply.value);
    else if (reply.type === "error") call.reject(reviveError(reply.error));
    else {
      try {
        if (reply.type === "tile") call.onTile?.(reply.tile);
        else call.onProgress?.(reply.event);
      } catch (error) {
        // A callback that throws ends its own call, not the page's script.
        connection.send({ type: "abort", id: reply.id }, []);
        call.reject(error);
      }
    }
  }
}
