/**
 * What replicas know of each other's sessions. Every method rejects when it is not reachable. A session is known by a
 * name that says nothing about it. Types only.
 */
export interface SessionRegistry {
  add(name: string): Promise<void>;
  /** Keeps a session for another while; false when it has ended. */
  touch(name: string): Promise<boolean>;
  /** False when it had ended before. */
  end(name: string): Promise<boolean>;
  /** Tells all replicas, this one included. */
  publish(text: string): Promise<void>;
  listen(listener: (text: string) => void): void;
}
