// Named constants for the event types of the catalog.
#pragma once

/// Event types that the catalog documents (see `thump::catalog`), by name. Any other type may be
/// published too, unless the catalog is strict.
namespace thump::types {

inline constexpr char service_created[] = "service.created";   ///< a service was made
inline constexpr char service_updated[] = "service.updated";   ///< a service was changed
inline constexpr char service_deleted[] = "service.deleted";   ///< a service is gone
inline constexpr char task_created[] = "task.created";         ///< a task was made
inline constexpr char task_failed[] = "task.failed";           ///< a task has failed
inline constexpr char task_completed[] = "task.completed";     ///< a task has ended well
inline constexpr char node_joined[] = "node.joined";           ///< a node has come
inline constexpr char node_left[] = "node.left";               ///< a node has gone
inline constexpr char node_down[] = "node.down";               ///< a node does not answer
inline constexpr char secret_created[] = "secret.created";     ///< a secret was made
inline constexpr char secret_deleted[] = "secret.deleted";     ///< a secret is gone
inline constexpr char volume_created[] = "volume.created";     ///< a volume was made
inline constexpr char volume_deleted[] = "volume.deleted";     ///< a volume is gone

}   // namespace thump::types
