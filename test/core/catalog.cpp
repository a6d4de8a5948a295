#include <thump/catalog.hpp>

#include <thump/filter.hpp>
#include <thump/types.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace thump;

struct expectation {
    std::string_view type;
    std::string_view keys;
};

// Warren's "Event Types Catalog", in its order.
constexpr expectation reference[] = {
    {"service.created", "service_id, service_name, replicas"},
    {"service.updated", "service_id, service_name, old_replicas, new_replicas"},
    {"service.deleted", "service_id, service_name"},
    {"task.created", "task_id, service_id, node_id"},
    {"task.failed", "task_id, service_id, node_id, error"},
    {"task.completed", "task_id, service_id, exit_code"},
    {"node.joined", "node_id, node_role, hostname"},
    {"node.left", "node_id, node_role"},
    {"node.down", "node_id, last_seen"},
    {"secret.created", "secret_id, secret_name"},
    {"secret.deleted", "secret_id, secret_name"},
    {"volume.created", "volume_id, volume_name, driver"},
    {"volume.deleted", "volume_id, volume_name"},
};

constexpr std::string_view constants[] = {
    types::service_created, types::service_updated, types::service_deleted, types::task_created,
    types::task_failed,     types::task_completed,  types::node_joined,     types::node_left,
    types::node_down,       types::secret_created,  types::secret_deleted,  types::volume_created,
    types::volume_deleted,
};

std::string keys_of(type_info const& info)
{
    std::string text;
    for (auto const& key : info.keys)
        text.append(text.empty() ? "" : ", ").append(key.name);
    return text;
}

}   // namespace

BOOST_AUTO_TEST_SUITE(catalog_)

BOOST_AUTO_TEST_CASE(has_the_reference_s_types_and_keys_in_its_order)
{
    BOOST_TEST_REQUIRE(catalog().size() == std::size(reference));
    for (std::size_t i = 0; i < std::size(reference); ++i) {
        BOOST_TEST(catalog()[i].type == reference[i].type);
        BOOST_TEST(keys_of(catalog()[i]) == reference[i].keys);
    }
}

BOOST_AUTO_TEST_CASE(every_type_has_a_named_constant)
{
    BOOST_TEST_REQUIRE(catalog().size() == std::size(constants));
    for (std::size_t i = 0; i < std::size(constants); ++i)
        BOOST_TEST(catalog()[i].type == constants[i]);
}

BOOST_AUTO_TEST_CASE(every_entry_is_described)
{
    for (auto const& info : catalog()) {
        BOOST_TEST_CONTEXT(info.type)
        {
            BOOST_TEST(is_valid_type(info.type));
            BOOST_TEST(!info.published_when.empty());
            BOOST_TEST(!info.subscribers.empty());
            for (auto const& key : info.keys)
                BOOST_TEST(!key.description.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(types_are_found_by_name)
{
    for (auto const& info : catalog())
        BOOST_TEST(find_type(info.type) == &info);
    BOOST_TEST(!find_type("task"));
    BOOST_TEST(!find_type("task.failed.again"));
    BOOST_TEST(!find_type("Task.Failed"));
    BOOST_TEST(!find_type(""));
}

BOOST_AUTO_TEST_SUITE_END()
