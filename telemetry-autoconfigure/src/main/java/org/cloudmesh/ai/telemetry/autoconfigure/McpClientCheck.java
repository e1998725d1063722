package org.cloudmesh.ai.telemetry.autoconfigure;

import dev.langchain4j.mcp.client.McpClient;
import org.cloudmesh.ai.telemetry.ai.LangChain4jMcpListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Says once that a client was built without the listener: clients begin as they are built, and the listener counts
 * them.
 */
class McpClientCheck implements BeanPostProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(McpClientCheck.class);

    private final ObjectProvider<LangChain4jMcpListener> listener;

    private int clients;

    private boolean told;

    McpClientCheck(ObjectProvider<LangChain4jMcpListener> listener) {
        this.listener = listener;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof McpClient && !this.told) {
            this.clients++;
            this.listener.ifAvailable((counting) -> check(counting, beanName));
        }
        return bean;
    }

    private void check(LangChain4jMcpListener counting, String beanName) {
        if (this.clients > counting.clients()) {
            this.told = true;
            LOG.info(
                    "What the MCP client '{}' asks is not recorded: LangChain4j's clients take listeners only as they are"
                            + " built. Give it the bean: DefaultMcpClient.builder().addListener(langChain4jMcpListener)",
                    beanName);
        }
    }
}
