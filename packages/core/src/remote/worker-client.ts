import { MMFSError } from "../errors/mmfs-error.js";
import { followSignals } from "../queue/follow-signals.js";
import type { LoadOptions, PaintedTile } from "../stylizer/options.js";
import type { Reply, Request } from "../worker/messages.js";
import { reviveError } from "../worker/serialize-error.js";

/** What computes, and how to end it: a thread, a worker, or the page itself behind a message port. */
export interface Connection {
  send(request: Request, transfer: readonly object[]): void;
  /** Ends it, also after it broke down; the next one is started when it is gone. */
  end(): void | Promise<void>;
  /** Told whether calls are pending, for what keeps a process alive only then. */
  hold?(isPending: boolean): void;
}

/** What a {@link Connection} tells. */
export interface ConnectionEvents {
  onReply(reply: Reply): void;
  /** It broke down, and will answer nothing any more. */
  onFailure(error: MMFSError): void;
}

/** Starts what computes. */
export type Connect = (events: ConnectionEvents) => Connection;

/** What goes with a call besides its argument. */
export interface RemoteCall extends LoadOptions {
  /** What moves to the worker instead of being copied. */
  transfer?: readonly object[] | undefined;
  /** What the argument names by its SHA-256; each is sent when the worker asks for it, and copied. */
  bytes?: Readonly<Record<string, Uint8Array>> | undefined;
  onTile?: ((tile: PaintedTile) => void) | undefined;
}

interface PendingCall extends RemoteCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Calls functions in a worker, which starts with the first call and again after it broke down. */
export class WorkerClient {
  readonly #connect: Connect;
  readonly #calls = new Map<number, PendingCall>();
  #connection: Connection | undefined;
  #ending: Promise<void> | undefined;
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
   * @param options with a `signal` that fires, the call rejects with its reason at once, and the worker stops at the next step.
   * @throws what the function throws, `signal.reason`, or {MMFSError} `WORKER_FAILED` if the worker breaks down meanwhile.
   */
  async call<T>(method: string, argument: unknown, options: RemoteCall = {}): Promise<T> {
    const { signal, transfer = [] } = options;
    if (this.#ending) await this.#ending;
    signal?.throwIfAborted();
    const connection = this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const settle =
        <V>(how: (value: V) => void) =>
        (value: V) => {
          stopFollowing();
          this.#calls.delete(id);
          if (this.#calls.size === 0) connection.hold?.(false);
          how(value);
        };
      const call: PendingCall = { ...options, resolve: settle((value) => resolve(value as T)), reject: settle(reject) };
      const stopFollowing = followSignals([signal], (reason) => {
        connection.send({ type: "abort", id }, []);
        call.reject(reason);
      });
      this.#calls.set(id, call);
      connection.hold?.(true);
      try {
        connection.send({ type: "call", id, method, argument }, transfer);
      } catch (cause) {
        const message =
          "The call holds something that cannot be sent to the worker: a function, or a picture of another site that its page " +
          "may not read.";
        call.reject(new MMFSError("INVALID_ARGUMENT", message, { cause }));
      }
    });
  }

  /** Ends the worker; pending calls reject with `DISPOSED`. A later call starts a new one. */
  async terminate(): Promise<void> {
    this.#end(new MMFSError("DISPOSED", "The worker was ended."));
    await this.#ending;
  }

  #start(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    const connection = this.#connect({
      onReply: (reply) => this.#receive(reply, connection),
      onFailure: (error) => {
        if (this.#connection === connection) this.#end(error);
      },
    });
    this.#connection = connection;
    return connection;
  }

  #end(error: MMFSError): void {
    const ending = this.#connection?.end();
    if (ending) this.#ending = ending;
    this.#connection = undefined;
    for (const call of [...this.#calls.values()]) call.reject(error);
  }

  #receive(reply: Reply, connection: Connection): void {
    const call = this.#calls.get(reply.id);
    if (call === undefined) return;
    if (reply.type === "result") call.resolve(reply.value);
    else if (reply.type === "error") call.reject(reviveError(reply.error));
    else this.#serve(call, reply, connection);
  }

  #serve(call: PendingCall, reply: Exclude<Reply, { type: "result" | "error" }>, connection: Connection): void {
    const { id } = reply;
    try {
      if (reply.type === "want") connection.send({ type: "bytes", id, bytes: call.bytes?.[reply.sha256] }, []);
      else if (reply.type === "tile") call.onTile?.(reply.tile);
      else call.onProgress?.(reply.event);
    } catch (error) {
      // A callback that throws ends its own call, not the page's script.
      connection.send({ type: "abort", id }, []);
      call.reject(error);
    }
  }
}
