#include <thump/catalog.hpp>
#include <thump/types.hpp>

#include <algorithm>
#include <iterator>

namespace thump {
namespace {

constexpr metadata_key service_id{"service_id", "identifier of the service"};
constexpr metadata_key service_name{"service_name", "name of the service"};
constexpr metadata_key replicas{"replicas", "number of replicas"};
constexpr metadata_key old_replicas{"old_replicas", "number of replicas before the change"};
constexpr metadata_key new_replicas{"new_replicas", "number of replicas after the change"};
constexpr metadata_key task_id{"task_id", "identifier of the task"};
constexpr metadata_key node_id{"node_id", "identifier of the node"};
constexpr metadata_key error{"error", "what went wrong"};
constexpr metadata_key exit_code{"exit_code", "exit code of the task"};
constexpr metadata_key node_role{"node_role", "worker or manager"};
constexpr metadata_key hostname{"hostname", "host name of the node"};
constexpr metadata_key last_seen{"last_seen", "time of the last heartbeat"};
constexpr metadata_key secret_id{"secret_id", "identifier of the secret"};
constexpr metadata_key secret_name{"secret_name", "name of the secret"};
constexpr metadata_key volume_id{"volume_id", "identifier of the volume"};
constexpr metadata_key volume_name{"volume_name", "name of the volume"};
constexpr metadata_key driver{"driver", "storage driver of the volume"};

constexpr metadata_key service_created_keys[] = {service_id, service_name, replicas};
constexpr metadata_key service_updated_keys[] = {service_id, service_name, old_replicas,
                                                 new_replicas};
constexpr metadata_key service_deleted_keys[] = {service_id, service_name};
constexpr metadata_key task_created_keys[] = {task_id, service_id, node_id};
constexpr metadata_key task_failed_keys[] = {task_id, service_id, node_id, error};
constexpr metadata_key task_completed_keys[] = {task_id, service_id, exit_code};
constexpr metadata_key node_joined_keys[] = {node_id, node_role, hostname};
constexpr metadata_key node_left_keys[] = {node_id, node_role};
constexpr metadata_key node_down_keys[] = {node_id, last_seen};
constexpr metadata_key secret_created_keys[] = {secret_id, secret_name};
constexpr metadata_key secret_deleted_keys[] = {secret_id, secret_name};
constexpr metadata_key volume_created_keys[] = {volume_id, volume_name, driver};
constexpr metadata_key volume_deleted_keys[] = {volume_id, volume_name};

constexpr type_info known_types[] = {
    {types::service_created, "Service created successfully", service_created_keys,
     "API (command line updates), metrics"},
    {types::service_updated, "Service configuration changed", service_updated_keys,
     "Reconciler, metrics"},
    {types::service_deleted, "Service removed from the cluster", service_deleted_keys,
     "Cleanup tasks, metrics"},
    {types::task_created, "New task scheduled", task_created_keys, "Worker agents, metrics"},
    {types::task_failed, "Task failed to start or crashed", task_failed_keys,
     "Reconciler (reschedule), alerting"},
    {types::task_completed, "Task finished successfully", task_completed_keys, "Cleanup, metrics"},
    {types::node_joined, "New node joins the cluster", node_joined_keys,
     "Scheduler (update capacity), metrics"},
    {types::node_left, "Node leaves gracefully", node_left_keys,
     "Scheduler (evict tasks), metrics"},
    {types::node_down, "Node heartbeat timeout", node_down_keys,
     "Reconciler (reschedule tasks), alerting"},
    {types::secret_created, "Secret stored", secret_created_keys, "Audit logs"},
    {types::secret_deleted, "Secret removed", secret_deleted_keys, "Audit logs, cleanup"},
    {types::volume_created, "Volume provisioned", volume_created_keys, "Storage manager"},
    {types::volume_deleted, "Volume deleted", volume_deleted_keys, "Storage cleanup"},
};

}   // namespace

std::span<type_info const> catalog() noexcept
{
    return known_types;
}

type_info const* find_type(std::string_view type) noexcept
{
    auto const found = std::ranges::find(known_types, type, &type_info::type);
    return found == std::end(known_types) ? nullptr : found;
}

}   // namespace thump
