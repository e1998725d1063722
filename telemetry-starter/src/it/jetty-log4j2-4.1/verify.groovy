import org.cloudmesh.ai.telemetry.starter.Consumer

new Consumer(basedir).check()
