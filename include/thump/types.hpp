// Named constants for the event types of the catalog.
#pragma once

/// Event types that the catalog documents (see `thump::catalog`), by name. Any other type may be
/// published too, unless the catalog is strict.
namespace thump::types {

inline constexpr char service_created[] = "service.created";
inline constexpr char service_updated[] = "service.updated";
inline constexpr char service_deleted[] = "service.deleted";
inline constexpr char task_created[] = "task.created";
inline constexpr char task_failed[] = "task.failed";
inline constexpr char task_completed[] = "task.completed";
inline constexpr char node_joined[] = "node.joined";
inline constexpr char node_left[] = "node.left";
inline constexpr char node_down[] = "node.down";
inline constexpr char secret_created[] = "secret.created";
inline constexpr char secret_deleted[] = "secret.deleted";
inline constexpr char volume_created[] = "volume.created";
inline constexpr char volume_deleted[] = "volume.deleted";

}   // namespace thump::types
