import org.cloudmesh.ai.telemetry.starter.Consumer

new Consumer(basedir).bundles("sqlite-jdbc-3.50.3.0.jar").check()
