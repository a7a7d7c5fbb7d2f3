"""What a first installation brings; all tests need it."""


def test_servers_are_ready_and_have_applied_each_migration(service, traffic):
    (migrate,) = service.pods("migrate")
    assert migrate["status"]["phase"] == "Succeeded"
    assert len(service.pods("server")) == 2
    with traffic() as seen:
        pass
    seen.nothing_failed()


def test_commands_run_in_the_pods(service):
    manage = ("exec", "deployment/server", "--", "manage")
    assert "[X]" in service.kubectl(*manage, "showmigrations", "item")
    service.kubectl("rollout", "status", "deployment/backup", "--timeout", "5m")
    assert service.kubectl("exec", "deployment/backup", "--", "list")
