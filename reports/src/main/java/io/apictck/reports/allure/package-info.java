/** Results and report of Allure. */
package io.apictck.reports.allure;
