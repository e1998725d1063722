CREATE TABLE question (answer VARCHAR(10));
INSERT INTO question VALUES ('42');
