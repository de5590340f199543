CREATE TABLE hr_staff (emp_id BIGINT PRIMARY KEY, emp_name TEXT, boss_id INTEGER REFERENCES hr_staff, is_active BOOLEAN, post TEXT, area TEXT, mail TEXT);
INSERT INTO hr_staff VALUES (8, '主管八', NULL, true, NULL, NULL, NULL), (9, '总管九', NULL, true, NULL, NULL, NULL),
  (1, '王一', 8, true, '老客运营', NULL, NULL), (2, '李二', 8, true, '老客运营', NULL, NULL),
  (3, '走三', 8, false, '老客运营', NULL, NULL);
