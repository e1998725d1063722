import org.cloudmesh.ai.telemetry.starter.Consumer

new Consumer(basedir).login("user", "secret").onEveryJdk().check()
